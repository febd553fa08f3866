#include "sip/nonces.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/random.hpp"
#include "sip/digest.hpp"

namespace tonearm::sip {
namespace {

constexpr std::size_t kWord = 16;       // hex digits of 64 bits
constexpr std::size_t kSignature = 32;  // hex digits kept of the signature: 128 bits

std::string random_key() {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", base::random_word(), base::random_word(),
                     base::random_word(), base::random_word());
}

constexpr std::uint64_t kLifetimeMicroseconds = std::chrono::microseconds(Nonces::kLifetime).count();

std::uint64_t microseconds(base::TimePoint time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

bool is_expired(std::uint64_t issued, base::TimePoint now) {
  return issued + kLifetimeMicroseconds <= microseconds(now);
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> read_mark(std::string_view nonce) {
  if (nonce.size() != 2 * kWord + kSignature) return std::nullopt;
  std::pair<std::uint64_t, std::uint64_t> mark;
  const char* text = nonce.data();
  const auto first = std::from_chars(text, text + kWord, mark.first, 16);
  const auto second = std::from_chars(text + kWord, text + 2 * kWord, mark.second, 16);
  if (first.ptr != text + kWord || second.ptr != text + 2 * kWord) return std::nullopt;
  return mark;
}

}  // namespace

Nonces::Nonces(std::size_t used_max) : used_max_(used_max), key_(random_key()) {}

std::string Nonces::sign(std::string_view head, std::string_view source) const {
  return keyed_hash(key_, fmt::format("{}{}", head, source)).substr(0, kSignature);
}

std::string Nonces::issue(std::string_view source, base::TimePoint now) const {
  const std::string head = fmt::format("{:016x}{:016x}", microseconds(now), base::random_word());
  return head + sign(head, source);
}

bool Nonces::is_current(std::string_view nonce, std::string_view source, base::TimePoint now) const {
  const auto mark = read_mark(nonce);
  if (!mark || !same_response(nonce.substr(2 * kWord), sign(nonce.substr(0, 2 * kWord), source)))
    return false;
  if (forgotten_ && *mark <= *forgotten_) return false;
  return !is_expired(mark->first, now);
}

bool Nonces::use(std::string_view nonce, std::uint32_t count, base::TimePoint now) {
  const auto mark = read_mark(nonce);
  if (!mark) return false;
  std::uint32_t& highest = counts_[*mark];
  if (count <= highest) return false;
  highest = count;
  while (!counts_.empty() && (counts_.size() > used_max_ || is_expired(counts_.begin()->first.first, now))) {
    forgotten_ = counts_.begin()->first;
    counts_.erase(counts_.begin());
  }
  return true;
}

}  // namespace tonearm::sip
