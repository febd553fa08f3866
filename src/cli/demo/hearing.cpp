#include "cli/demo/hearing.hpp"

#include <fmt/format.h>

namespace tonearm::cli {
namespace {

/// Enough to know a prompt by its beginning. A beep is shorter.
constexpr std::size_t kToRecognise = kTelephoneRate * 3 / 10;

}  // namespace

void Hearing::on_packet(const HeardPacket& packet) {
  if (packet.silence) {
    on_silence(packet);
  } else {
    on_sound(packet);
  }
  first_ = false;
}

void Hearing::on_silence(const HeardPacket& packet) {
  if (first_) tell_(packet.arrived_ns, "hears the line: silence");
  if (!std::exchange(in_sound_, false)) return;
  const auto length_ms = sound_.size() * 1000 / kTelephoneRate;
  if (sound_.size() < kToRecognise && beep_share(sound_) >= kBeep) {
    tell_(packet.arrived_ns, fmt::format("has heard a beep of {} ms", length_ms));
    if (on_beep_) on_beep_();
    return;
  }
  tell_(packet.arrived_ns, fmt::format("hears silence again, after {} ms of sound", length_ms));
}

void Hearing::on_sound(const HeardPacket& packet) {
  if (!std::exchange(in_sound_, true)) {
    sound_.clear();
    began_ns_ = packet.arrived_ns;
  }
  const bool known = sound_.size() >= kToRecognise;
  sound_.insert(sound_.end(), packet.samples.begin(), packet.samples.end());
  if (known || sound_.size() < kToRecognise) return;
  const std::string name = recognise(sound_, prompts_);
  const double since_ms = static_cast<double>(packet.arrived_ns - began_ns_) / 1e6;
  tell_(packet.arrived_ns, name.empty() ? std::string("hears something it does not know")
                                        : fmt::format("hears {}, for {:.0f} ms now", name, since_ms));
}

}  // namespace tonearm::cli
