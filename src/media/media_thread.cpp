#include "media/media_thread.hpp"

#include <string>
#include <utility>

#include "media/errc.hpp"
#include "media/packet_path.hpp"

namespace tonearm::media {

MediaThread::MediaThread(Options options, Dispatcher& dispatcher)
    : options_(options), dispatcher_(dispatcher), schedule_(base::SteadyClock::now()) {}

MediaThread::~MediaThread() {
  stopping_ = true;
  waker_.wake();
  if (thread_.joinable()) thread_.join();
}

base::Result<void> MediaThread::start() {
  std::promise<base::Result<void>> started;
  auto result = started.get_future();
  try {
    thread_ = std::thread([this, &started] { run(started); });
  } catch (const std::system_error& failure) {
    return base::fail(MediaErrc::no_thread, failure.what());
  }
  return result.get();
}

void MediaThread::post(Mail& mail) {
  if (mail_.post(mail)) waker_.wake();
}

void MediaThread::run(std::promise<base::Result<void>>& started) {
  prepare_thread(("media-" + std::to_string(options_.index)).c_str());
  if (options_.raise_priority) priority_ = raise_priority();
  auto io = make_packet_io(options_.backend, options_.limits);
  if (!io) return started.set_value(std::unexpected(io.error()));
  io_ = std::move(*io);
  backend_name_ = io_->name();
  started.set_value({});
  while (!stopping_) {
    // With nothing to serve there is no tick to wait for; closing streams wait for the kernel.
    const bool idle = schedule_.empty() && closing_.empty();
    waker_.wait(idle ? std::nullopt : std::optional(schedule_.next_time()));
    if (idle) schedule_.resume(base::SteadyClock::now());
    const PacketPathScope packet_path;
    wake();
  }
  io_.reset();
}

void MediaThread::wake() {
  time_ = {.now = base::SteadyClock::now(), .wall = base::WallClock::now(), .wake = time_.wake + 1};
  counters_.wakes.add();
  take_mail();
  // Mail between two ticks is carried out and answered; what has arrived meanwhile waits for its tick.
  if (time_.now >= schedule_.next_time()) {
    receive();
    take_mail();  // a stop that came during a long drain still cuts before the frames of this tick
    run_relays();
    run_ticks();
  }
  submit();
  finish_closing();
}

void MediaThread::take_mail() {
  Mail* mail = mail_.take_all();
  while (mail != nullptr) {
    Mail& one = *mail;
    mail = MailQueue::next(one);
    Mail::Fate fate = Mail::Fate::deliver;
    {
      const PacketPathScope scope(!one.may_allocate());
      fate = one.arrive(*this);
    }
    if (fate == Mail::Fate::deliver) dispatcher_.post(one);
  }
}

void MediaThread::receive() {
  for (auto batch = io_->drain(); !batch.empty(); batch = io_->drain())
    for (const Datagram& datagram : batch)
      Stream::of(datagram.token).on_datagram(datagram, Stream::is_rtcp(datagram.token), time_);
}

void MediaThread::run_ticks() {
  const TickSchedule::Due due = schedule_.take_due(time_.now);
  counters_.ticks_skipped.add(due.skipped);
  for (TickSchedule::Tick tick = due.first; tick <= due.last; ++tick) {
    counters_.ticks.add();
    counters_.lateness.add(time_.now - schedule_.time_of(tick));
    for (Stream* stream : schedule_.phase_of(tick)) {
      stream->on_tick(tick, time_);
      ticked_.push_back(stream);
    }
  }
}

void MediaThread::run_relays() {
  for (Stream* stream : relaying_) stream->on_relay(time_);
}

void MediaThread::submit() {
  for (const SendFailure& failure : io_->flush())
    Stream::of(failure.token).on_send_failure(failure.error, Stream::is_rtcp(failure.token));
  for (Stream* stream : ticked_) stream->settle([this](Mail& report) { dispatcher_.post(report); });
  ticked_.clear();
}

void MediaThread::finish_closing() {
  std::erase_if(closing_, [this](const Closing& closing) {
    if (!closing.stream->is_detached()) return false;
    counters_.sessions.set(counters_.sessions.read() - 1);
    dispatcher_.post(*closing.closed);
    return true;
  });
}

void MediaThread::attach(Stream& stream) {
  stream.attach(counters_, *io_);
  schedule_.join(stream, stream.interval());
  counters_.sessions.add();
  const auto sessions = counters_.sessions.read();
  ticked_.reserve(2 * sessions);
  closing_.reserve(sessions);
  relaying_.reserve(sessions);
}

std::unique_ptr<Relay> MediaThread::join(Stream& stream, std::unique_ptr<Relay> relay) {
  std::erase(relaying_, &stream);
  if (relay) relaying_.push_back(&stream);
  return stream.exchange_relay(std::move(relay));
}

void MediaThread::update(Stream& stream, const StreamSettings& settings) {
  const unsigned before = stream.interval();
  stream.update(settings, time_.now);
  if (stream.interval() == before) return;
  schedule_.leave(stream);
  schedule_.join(stream, stream.interval());
}

void MediaThread::close(Stream& stream, Mail& closed) {
  schedule_.leave(stream);
  std::erase(relaying_, &stream);
  stream.detach(time_);
  stream.settle([this](Mail& report) { dispatcher_.post(report); });  // a key that was still pressed
  closing_.push_back({&stream, &closed});
}

}  // namespace tonearm::media
