#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tonearm::base {

/// Text that must not reach a log, an error or a dump: it has no conversion and no output operator.
/// Threading: a value.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  /// The one way to the text; the name makes each use easy to find.
  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Compares in time that depends on the lengths only.
  [[nodiscard]] bool equals(std::string_view other) const {
    unsigned difference = text_.size() == other.size() ? 0 : 1;
    for (std::size_t i = 0; i < other.size(); ++i) {
      const char mine = text_.empty() ? '\0' : text_[i % text_.size()];
      difference |= static_cast<unsigned char>(mine ^ other[i]);
    }
    return difference == 0 && !text_.empty();
  }

 private:
  std::string text_;
};

}  // namespace tonearm::base
