#include "cli/caller/caller.hpp"

#include <fmt/format.h>

namespace tonearm::cli {
namespace {

/// Given up by us; 408 of a transaction that nobody answered, 487 of one that was cancelled; 0: not even
/// that.
bool is_silence(const sip::PhoneEnd& end) {
  return !end.by_far_end || end.status == 0 || end.status == 408 || end.status == 487;
}

}  // namespace

base::Result<std::unique_ptr<Caller>> Caller::prepare(Setup setup) {
  const auto address = sip::Phone::address_for(setup.uri);
  if (!address) return base::fail(std::errc::address_not_available, "no way to " + setup.uri);
  auto line = RtpLine::open(*address);
  if (!line) return std::unexpected(line.error());
  std::unique_ptr<Caller> caller(new Caller(std::move(setup)));
  caller->line_ = *std::move(line);
  return caller;
}

base::Result<std::unique_ptr<Caller>> Caller::dial(Setup setup) {
  auto caller = prepare(std::move(setup));
  if (!caller) return caller;
  sip::PhoneCall call;
  call.target = (*caller)->setup_.uri;
  call.from_uri = (*caller)->setup_.from;
  call.username = (*caller)->setup_.username;
  call.password = (*caller)->setup_.password;
  call.local = (*caller)->line_->local();
  auto phone = sip::Phone::call(call, (*caller)->events());
  if (!phone) return std::unexpected(phone.error());
  (*caller)->phone_ = *std::move(phone);
  return caller;
}

base::Result<std::unique_ptr<Caller>> Caller::listen(Setup setup) {
  auto caller = prepare(std::move(setup));
  if (!caller) return caller;
  auto phone = sip::Phone::listen((*caller)->setup_.uri, (*caller)->line_->local(), (*caller)->events(),
                                  (*caller)->setup_.port);
  if (!phone) return std::unexpected(phone.error());
  (*caller)->phone_ = *std::move(phone);
  return caller;
}

Caller::~Caller() {
  stop();
}

void Caller::hang_up() {
  if (phone_) phone_->hang_up();
}

void Caller::stop() {
  phone_.reset();
  line_->stop();
}

std::string Caller::address() const {
  return phone_ ? phone_->address().endpoint.to_string() : std::string();
}

sip::PhoneEvents Caller::events() {
  sip::PhoneEvents events;
  events.ringing = [this] { progress({.kind = CallProgress::Kind::ringing, .at_ns = monotonic_ns()}); };
  events.answered = [this](const call::MediaDescription& media) { on_answered(media); };
  events.media_changed = [this](const call::MediaDescription& media) { line_->start(media, {}, {}, {}); };
  events.ended = [this](const sip::PhoneEnd& end) { on_ended(end); };
  return events;
}

void Caller::on_answered(const call::MediaDescription& media) {
  answered_ = true;
  const std::int64_t now = monotonic_ns();
  line_->start(media, setup_.script, setup_.on_packet, setup_.on_key);
  progress({.kind = CallProgress::Kind::answered,
            .at_ns = now,
            .text = fmt::format("{} to {}", media.codec == call::Codec::pcmu ? "PCMU" : "PCMA",
                                media.remote_rtp.to_string())});
}

void Caller::on_ended(const sip::PhoneEnd& end) {
  const auto kind = answered_         ? CallProgress::Kind::hung_up
                    : is_silence(end) ? CallProgress::Kind::no_answer
                                      : CallProgress::Kind::refused;
  progress({.kind = kind,
            .at_ns = monotonic_ns(),
            .status = end.status,
            .by_far_end = end.by_far_end,
            .text = end.reason});
}

void Caller::progress(CallProgress progress) const {
  if (setup_.on_progress) setup_.on_progress(progress);
}

}  // namespace tonearm::cli
