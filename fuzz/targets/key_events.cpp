#include "media/key_events.hpp"

#include <map>
#include <set>
#include <tuple>

#include "media/key_arbiter.hpp"
#include "support/targets.hpp"

// telephone-events, keys by INFO and ticks in any order, under any rule.

namespace tonearm::fuzz {
namespace {

class Ledger final : public media::KeySink {
 public:
  void on_key_began(media::Key key, base::TimePoint when) override {
    require(when <= now, "a key begins before it is known");
    ++pressed_[key];
    ++keys;
  }
  void on_key_ended(media::Key key, base::TimePoint when) override {
    require(when <= now, "a key ends before it is known");
    require(pressed_[key] > 0, "a key that ends has begun, and ends once");
    --pressed_[key];
  }
  void check_released() const {
    for (const auto& [key, count] : pressed_) require(count == 0, "every key ends");
  }

  base::TimePoint now{std::chrono::hours(1)};
  std::size_t keys = 0;

 private:
  std::map<media::Key, int> pressed_;
};

media::RtpHeader header_of(Input& input) {
  media::RtpHeader header;
  header.payload_type = 101;
  header.ssrc = input.byte() % 3;
  header.timestamp = std::uint32_t{input.number<std::uint16_t>()} << 8;
  return header;
}

}  // namespace

void key_events(Bytes bytes) {
  Input input(bytes);
  Ledger ledger;
  media::KeyArbiter arbiter(ledger);
  arbiter.set_rules(media::KeySource(input.byte() % 4), true);
  media::KeyEvents events(arbiter.events());
  std::set<std::tuple<std::uint32_t, std::uint32_t, media::Key>> sent;
  std::size_t infos = 0;
  while (!input.empty()) {
    ledger.now += std::chrono::milliseconds(input.byte());
    const std::uint8_t what = input.byte();
    if (what % 8 == 0) events.on_tick(ledger.now);
    if (what % 8 == 1) {
      arbiter.on_info(media::Key(input.byte() % media::kKeyCount), ledger.now);
      ++infos;
    }
    if (what % 8 < 2) continue;
    const media::RtpHeader header = header_of(input);
    const auto payload = input.take(media::kTelephoneEventBytes);
    const auto event = media::parse_telephone_event(payload);
    if (!event) continue;
    sent.emplace(header.ssrc, header.timestamp, event->key);
    events.receive(header, *event, ledger.now);
  }
  events.finish(ledger.now);
  ledger.check_released();
  // Beyond 32 those that are over are forgotten, and a late packet of one counts again.
  require(sent.size() > 32 || ledger.keys <= sent.size() + infos,
          "a key counts once, however often it is sent");
}

}  // namespace tonearm::fuzz
