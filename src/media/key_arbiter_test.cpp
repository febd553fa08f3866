#include "media/key_arbiter.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/key_log.hpp"

namespace tonearm::media::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the sources say, in order.
struct Heard {
  int at = 0;     // [ms]
  char what = 0;  // 'i' INFO, '+' and '-' in band
  Key key = Key::k1;
};
struct Case {
  const char* name;
  std::vector<Heard> heard;
  const char* keys;
};

class KeyArbiterTest : public ::testing::Test {
 protected:
  void hear(const Heard& heard) {
    const base::TimePoint when = base::TimePoint(seconds(1000)) + milliseconds(heard.at);
    if (heard.what == 'i') arbiter_.on_info(heard.key, when);
    if (heard.what == '+') arbiter_.in_band().on_key_began(heard.key, when);
    if (heard.what == '-') arbiter_.in_band().on_key_ended(heard.key, when);
    if (heard.what == 'e') {
      arbiter_.events().on_key_began(heard.key, when);
      arbiter_.events().on_key_ended(heard.key, when);
    }
  }
  KeyLog log_;
  KeyArbiter arbiter_{log_};
};

TEST_F(KeyArbiterTest, a_negotiated_telephone_event_silences_every_other_source) {
  arbiter_.set_rules(KeySource::automatic, true);
  EXPECT_TRUE(arbiter_.takes_events());
  EXPECT_FALSE(arbiter_.takes_in_band());
  hear({0, 'i'});
  EXPECT_EQ(log_.text, "");
  hear({0, 'e'});
  EXPECT_EQ(log_.text, "+1 -1");
}

TEST_F(KeyArbiterTest, a_source_that_is_asked_for_is_the_only_one) {
  arbiter_.set_rules(KeySource::info, true);
  EXPECT_FALSE(arbiter_.takes_events());
  EXPECT_FALSE(arbiter_.takes_in_band());
  hear({0, 'i'});
  hear({10, 'i'});
  EXPECT_EQ(log_.keys, "11");  // two messages are two keys
  arbiter_.set_rules(KeySource::in_band, true);
  EXPECT_FALSE(arbiter_.takes_events());
  EXPECT_TRUE(arbiter_.takes_in_band());
  hear({20, 'i'});
  EXPECT_EQ(log_.keys, "11");
  arbiter_.set_rules(KeySource::rfc4733, false);
  EXPECT_TRUE(arbiter_.takes_events());
  hear({30, 'i'});
  EXPECT_EQ(log_.keys, "11");
}

TEST_F(KeyArbiterTest, in_band_and_info_together_count_each_key_once) {
  const std::vector<Case> cases{
      {"info when it is let go", {{0, '+'}, {100, '-'}, {130, 'i'}}, "1"},
      {"info while it is pressed", {{0, '+'}, {50, 'i'}, {100, '-'}}, "1"},
      {"info before it is heard", {{50, 'i'}, {60, '+'}, {160, '-'}}, "1"},
      {"held for long, info at its end", {{0, '+'}, {5000, '-'}, {5390, 'i'}}, "1"},
      {"held for long, info at its beginning", {{0, 'i'}, {100, '+'}, {5000, '-'}}, "1"},
      {"info too late", {{0, '+'}, {100, '-'}, {501, 'i'}}, "11"},
      {"info too early", {{0, 'i'}, {401, '+'}, {500, '-'}}, "11"},
      {"another digit", {{0, '+'}, {100, '-'}, {130, 'i', Key::k2}}, "12"},
      {"in band only", {{0, '+'}, {100, '-'}, {200, '+'}, {300, '-'}}, "11"},
      {"info only", {{0, 'i'}, {100, 'i'}}, "11"},
      {"quickly twice, in turn", {{0, '+'}, {60, '-'}, {70, 'i'}, {140, '+'}, {200, '-'}, {210, 'i'}}, "11"},
      {"quickly twice, info behind",
       {{0, '+'}, {60, '-'}, {120, '+'}, {180, '-'}, {190, 'i'}, {200, 'i'}},
       "11"},
      {"quickly twice, info ahead",
       {{0, 'i'}, {100, 'i'}, {110, '+'}, {160, '-'}, {220, '+'}, {280, '-'}},
       "11"},
      {"two infos while one is pressed", {{0, '+'}, {50, 'i'}, {60, 'i'}, {100, '-'}}, "11"},
      {"different digits with each other's info",
       {{0, '+'}, {60, '-'}, {130, '+', Key::k2}, {140, 'i'}, {190, '-', Key::k2}, {200, 'i', Key::k2}},
       "12"},
  };
  for (const Case& one : cases) {
    KeyLog log;
    KeyArbiter arbiter(log);
    arbiter.set_rules(KeySource::automatic, false);
    for (const Heard& heard : one.heard) {
      const base::TimePoint when = base::TimePoint(seconds(1000)) + milliseconds(heard.at);
      if (heard.what == 'i')
        arbiter.on_info(heard.key, when);
      else if (heard.what == '+')
        arbiter.in_band().on_key_began(heard.key, when);
      else
        arbiter.in_band().on_key_ended(heard.key, when);
    }
    EXPECT_EQ(log.keys, one.keys) << one.name;
  }
}

}  // namespace
}  // namespace tonearm::media::testing
