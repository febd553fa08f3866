#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace tonearm::graph {

/// The first rule that a body breaks. Readers go on after it with defaults, so that they can be written
/// as straight lines; whoever started them asks once, at the end. Threading: a value.
class Verdict {
 public:
  void refuse(std::string message) {
    if (!message_) message_ = std::move(message);
  }
  [[nodiscard]] const std::optional<std::string>& refusal() const { return message_; }

 private:
  std::optional<std::string> message_;
};

/// Reads the members of one object of a body by the rules that all share (operations.md §3): null is the
/// default, unknown members are ignored, `@odata.type` may stand anywhere. Unless `strict`, names and enum
/// members are taken in any case, types without their `#`, and a list may be wrapped as
/// `{"$id":…,"$values":[…]}` (docs/decisions/0061). Views into the value: it must outlive the reader.
/// Threading: a value.
class Members {
 public:
  /// `where` names the object in messages: "prompts[2].mediaInfo", or empty for the body itself.
  /// A `value` that is no object is refused; the reader then has no members.
  Members(const boost::json::value& value, std::string where, bool strict, Verdict& verdict);

  [[nodiscard]] bool has(std::string_view name) { return find(name) != nullptr; }

  [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t bytes_max);
  [[nodiscard]] bool flag(std::string_view name, bool otherwise);
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t least,
                                    std::int64_t most);
  /// Position of the member's value in `spellings`.
  [[nodiscard]] std::optional<std::size_t> one_of(std::string_view name,
                                                  std::span<const std::string_view> spellings);
  /// Positions of the list's entries.
  [[nodiscard]] std::vector<std::size_t> each_of(std::string_view name,
                                                 std::span<const std::string_view> spellings,
                                                 std::size_t most);
  /// Entries of a list; none if it is absent.
  [[nodiscard]] std::span<const boost::json::value> list(std::string_view name, std::size_t most);
  [[nodiscard]] std::optional<Members> object(std::string_view name);
  [[nodiscard]] Members entry(const boost::json::value& value, std::string_view list_name, std::size_t at);

  [[nodiscard]] bool has_type();
  /// Whether `@odata.type` names this type. Unless `strict` its `#` and namespace may be missing, and case is
  /// free.
  [[nodiscard]] bool is_type(std::string_view name);

  /// Refuses: "prompts[2].mediaInfo.uri must be …".
  void refuse(std::string_view name, std::string_view rule);
  void refuse_missing(std::string_view name) { refuse(name, "is required"); }

 private:
  const boost::json::value* find(std::string_view name);
  std::string_view written_type() const;
  std::string path(std::string_view name) const;
  std::optional<std::size_t> position(const boost::json::value& value, std::string_view path,
                                      std::span<const std::string_view> spellings);

  const boost::json::object* object_ = nullptr;
  std::string where_;
  bool strict_;
  Verdict* verdict_;
};

/// Refuses `@tonearm.…` members anywhere in `body` that are not among `known`, which may stand in the
/// outermost object only: a misspelt extension must not be taken for a plain request.
void refuse_unknown_extensions(const boost::json::value& body, std::span<const std::string_view> known,
                               Verdict& verdict);

}  // namespace tonearm::graph
