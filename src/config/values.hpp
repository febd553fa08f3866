#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.hpp"
#include "config/settings.hpp"

/// From what was written to what is meant: one `assign` per type. Each answers what is wrong, as the end
/// of a sentence that begins with the key (`must be …`), or nothing; the target is only changed on success.
namespace tonearm::config {

using Complaint = std::optional<std::string>;

/// Both ends included.
template <class T>
struct Range {
  T least;
  T most;
};

/// A check of one text.
using TextRule = Complaint (*)(std::string_view);

Complaint assign(const Value& value, bool& target);
Complaint assign(const Value& value, int& target, Range<int> range);
Complaint assign(const Value& value, milliseconds& target, Range<milliseconds> range);
Complaint assign(const Value& value, Bytes& target, Range<Bytes> range);
Complaint assign(const Value& value, std::string& target);
Complaint assign(const Value& value, std::string& target, TextRule rule);
Complaint assign(const Value& value, std::filesystem::path& target);
Complaint assign(const Value& value, base::Endpoint& target);
Complaint assign(const Value& value, base::Guid& target);
Complaint assign(const Value& value, base::Network& target);
Complaint assign(const Value& value, SipListener& target);
Complaint assign(const Value& value, PortRange& target);
Complaint assign(const Value& value, Threads& target);
Complaint assign(const Value& value, Durability& target);
Complaint assign(const Value& value, DigitMasking& target);
Complaint assign(const Value& value, LogFormat& target);
Complaint assign(const Value& value, DtmfSource& target);
Complaint assign(const Value& value, SrtpMode& target);
Complaint assign(const Value& value, SipTransport& target);

/// The entries of a list; a list of one may be written without brackets.
[[nodiscard]] Array entries_of(const Value& value);

template <class T, class... Rule>
Complaint assign(const Value& value, std::vector<T>& target, Rule... rule) {
  std::vector<T> list;
  for (const Value& entry : entries_of(value)) {
    T item{};
    if (auto complaint = assign(entry, item, rule...)) return complaint;
    list.push_back(std::move(item));
  }
  target = std::move(list);
  return std::nullopt;
}

}  // namespace tonearm::config
