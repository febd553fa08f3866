#include "impairer.hpp"

#include <algorithm>
#include <utility>

namespace tonearm::testing {

Impairer::Impairer(const Rules& rules, std::string address)
    : address_(std::move(address)),
      phone_side_(SOCK_DGRAM, {address_, 0}),
      server_side_(std::make_shared<Socket>(SOCK_DGRAM, base::Endpoint{address_, 0})),
      to_server_(rules.to_server, rules.seed),
      to_phone_(rules.to_phone, rules.seed + 1) {
  receive_well(phone_side_);
  receive_well(*server_side_);
  relay_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Impairer::~Impairer() = default;

base::Endpoint Impairer::server_side() const {
  const std::lock_guard lock(mutex_);
  return server_side_->local();
}

void Impairer::set_server(const base::Endpoint& server) {
  const std::lock_guard lock(mutex_);
  server_ = server;
}

void Impairer::set_phone(const base::Endpoint& phone) {
  const std::lock_guard lock(mutex_);
  phone_ = phone;
}

void Impairer::move() {
  auto other = std::make_shared<Socket>(SOCK_DGRAM, base::Endpoint{address_, 0});
  receive_well(*other);
  const std::lock_guard lock(mutex_);
  take_from_phone();  // that was before
  old_server_side_ = std::exchange(server_side_, std::move(other));
}

std::vector<HeardPacket> Impairer::from_server() const {
  const std::lock_guard lock(mutex_);
  return from_server_;
}

Impairer::BadPath::Counts Impairer::to_server() const {
  const std::lock_guard lock(mutex_);
  return to_server_.counts();
}

std::chrono::nanoseconds Impairer::own_delay() const {
  const std::lock_guard lock(mutex_);
  return taken_late_ + sent_late_;
}

void Impairer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto [server_side, wait] = [this] {
      const std::lock_guard lock(mutex_);
      return std::pair(server_side_, send_due());
    }();
    const timespec until{0, std::chrono::nanoseconds(wait).count()};
    pollfd ready[] = {{phone_side_.fd(), POLLIN, 0}, {server_side->fd(), POLLIN, 0}};
    (void)::ppoll(ready, std::size(ready), &until, nullptr);
    const std::lock_guard lock(mutex_);
    take_from_phone();
    take_from_server();
  }
}

void Impairer::take_from_phone() {
  while (const auto datagram = receive_datagram(phone_side_)) {
    phone_ = datagram->from;
    taken_late_ = std::max(taken_late_, std::chrono::nanoseconds(realtime_ns() - datagram->at_ns));
    if (!server_.empty()) hold(datagram->bytes, server_side_);
  }
}

void Impairer::take_from_server() {
  const auto write_down = [this](const ReceivedDatagram& datagram) {
    if (auto rtp = parse_heard(datagram)) from_server_.push_back(std::move(*rtp));
  };
  if (old_server_side_)
    while (const auto datagram = receive_datagram(*old_server_side_)) write_down(*datagram);
  while (const auto datagram = receive_datagram(*server_side_)) {
    write_down(*datagram);
    if (!phone_.empty()) hold(datagram->bytes, nullptr);
  }
}

void Impairer::hold(const std::string& bytes, const std::shared_ptr<Socket>& to_server) {
  const auto fate = (to_server ? to_server_ : to_phone_).next();
  const auto now = Clock::now();
  for (std::size_t copy = 0; copy < fate.copies; ++copy)
    held_.push({.due = now + fate.after[copy], .number = packets_++, .to_server = to_server, .bytes = bytes});
}

Impairer::Clock::duration Impairer::send_due() {
  const auto now = Clock::now();
  while (!held_.empty() && held_.top().due <= now) {
    const Packet& packet = held_.top();
    if (packet.to_server) {
      packet.to_server->send_to(server_, packet.bytes);
      sent_late_ = std::max<std::chrono::nanoseconds>(sent_late_, Clock::now() - packet.due);
    } else {
      phone_side_.send_to(phone_, packet.bytes);
    }
    held_.pop();
  }
  return held_.empty() ? 50ms : std::min<Clock::duration>(held_.top().due - now, 50ms);
}

}  // namespace tonearm::testing
