#include "cli/demo/hearing.hpp"

#include <fmt/format.h>

namespace tonearm::cli {
namespace {

/// Enough to know a prompt by its beginning.
constexpr std::size_t kToRecognise = kTelephoneRate * 3 / 10;

}  // namespace

void Hearing::on_packet(const HeardPacket& packet) {
  if (first_ && packet.silence) tell_(packet.arrived_ns, "hears the line: silence");
  first_ = false;
  if (packet.silence) {
    if (in_sound_) {
      tell_(packet.arrived_ns,
            fmt::format("hears silence again, after {} ms of sound", sound_.size() * 1000 / kTelephoneRate));
    }
    in_sound_ = false;
    return;
  }
  if (!in_sound_) {
    sound_.clear();
    began_ns_ = packet.arrived_ns;
  }
  in_sound_ = true;
  const bool known = sound_.size() >= kToRecognise;
  sound_.insert(sound_.end(), packet.samples.begin(), packet.samples.end());
  if (known || sound_.size() < kToRecognise) return;
  const std::string name = recognise(sound_, prompts_);
  const double since_ms = static_cast<double>(packet.arrived_ns - began_ns_) / 1e6;
  tell_(packet.arrived_ns, name.empty() ? std::string("hears something it does not know")
                                        : fmt::format("hears {}.wav, for {:.0f} ms now", name, since_ms));
}

}  // namespace tonearm::cli
