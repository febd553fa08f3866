#pragma once

#include <string>
#include <vector>

#include "media/key.hpp"

namespace tonearm::media::testing {

/// Writes down what a source of keys says: `+1 -1` is key 1, begun and ended. Threading: one thread.
class KeyLog final : public KeySink {
 public:
  void on_key_began(Key key, base::TimePoint when) override {
    note('+', key);
    began.push_back(when);
  }
  void on_key_ended(Key key, base::TimePoint when) override {
    note('-', key);
    ended.push_back(when);
    keys += character_of(key);
  }

  std::string text;
  std::string keys;  ///< Those that have ended.
  std::vector<base::TimePoint> began;
  std::vector<base::TimePoint> ended;

 private:
  void note(char what, Key key) {
    if (!text.empty()) text += ' ';
    text += what;
    text += character_of(key);
  }
};

}  // namespace tonearm::media::testing
