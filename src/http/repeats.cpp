#include "http/repeats.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tonearm::http {
namespace {

using auth::Sha256;
using graph::Resource;

/// Each part with its length before it, so that no two lists make the same hash.
Sha256 hash_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return auth::sha256(text);
}

/// The attempts before this one, as Graph's clients count them; 0 if the header says nothing of the kind.
unsigned attempts_before(std::string_view retry_attempt) {
  unsigned count = 0;
  const char* end = retry_attempt.data() + retry_attempt.size();
  const auto read = std::from_chars(retry_attempt.data(), end, count);
  return read.ec == std::errc() && read.ptr == end ? count : 0;
}

bool is_repeatable(const graph::Route& route, const Request& request) {
  return request.method == "POST" && route.resource != Resource::unknown &&
         route.action != graph::Action::cancel_media_processing && route.action != graph::Action::keep_alive;
}

struct HashOfSha256 {
  std::size_t operator()(const Sha256& hash) const {
    std::size_t value = 0;
    std::memcpy(&value, hash.data(), sizeof value);
    return value;
  }
};

/// What an answer takes besides its texts: its entry, in three containers.
constexpr std::size_t kEntryBytes = 400;

/// A first answer as its repeats get it: the ids in the headers are those of their own requests.
struct Kept {
  int status = 0;
  std::string content_type;
  std::string body;
  std::vector<Header> headers;

  [[nodiscard]] Response response() const {
    return {.status = status, .content_type = content_type, .body = body, .headers = headers};
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = kEntryBytes + content_type.size() + body.size();
    for (const Header& header : headers) sum += sizeof(Header) + header.name.size() + header.value.size();
    return sum;
  }
};

using KeptPtr = std::shared_ptr<const Kept>;

/// A request and its answer, once there is one.
struct Entry {
  Sha256 key{};
  Sha256 request{};
  base::TimePoint at;
  KeptPtr answer;
  std::vector<Responder> waiting;
};

using EntryPtr = std::shared_ptr<Entry>;

}  // namespace

std::optional<RepeatMark> repeat_mark(const graph::Route& route, const Request& request,
                                      const auth::Principal& principal) {
  if (!is_repeatable(route, request)) return std::nullopt;
  const std::string who = principal.application.to_string() + principal.tenant.to_string();
  RepeatMark mark;
  mark.request = hash_of({request.path(), request.body});
  if (!request.repeatability_request_id.empty()) {
    mark.key = hash_of({"named", who, request.repeatability_request_id});
    mark.named = mark.again = true;
    return mark;
  }
  if (request.client_request_id.empty()) return std::nullopt;
  const std::string what(mark.request.begin(), mark.request.end());
  mark.key = hash_of({"retried", who, request.client_request_id, what});
  mark.again = attempts_before(request.retry_attempt) > 0;
  return mark;
}

struct Repeats::State {
  explicit State(const Limits& most) : limits(most) {}

  /// Under the lock.
  void drop_old(base::TimePoint now) {
    while (!by_age.empty() && (now - by_age.front()->at >= limits.window ||
                               by_age.size() > limits.answers_max || bytes > limits.bytes_max)) {
      const EntryPtr oldest = std::move(by_age.front());
      by_age.pop_front();
      bytes -= oldest->answer->bytes();
      if (const auto found = entries.find(oldest->key); found != entries.end() && found->second == oldest)
        entries.erase(found);
    }
  }
  /// Under the lock. An answer counts from its request on, which may be older than one that is kept already:
  /// it then goes a little later than its time, never earlier.
  void keep(const EntryPtr& entry, KeptPtr answer) {
    bytes += answer->bytes();
    entry->answer = std::move(answer);
    by_age.push_back(entry);
  }
  void finish(const EntryPtr& entry, const Response& response);

  const Limits limits;
  std::mutex mutex;  // guards the rest
  std::unordered_map<Sha256, EntryPtr, HashOfSha256> entries;
  std::deque<EntryPtr> by_age;  // those that have their answer
  std::size_t bytes = 0;        // of those
};

void Repeats::State::finish(const EntryPtr& entry, const Response& response) {
  const bool done = response.status >= 200 && response.status < 300 && !response.stream;
  const auto answer = std::make_shared<const Kept>(
      Kept{response.status, response.content_type, response.body, response.headers});
  std::vector<Responder> waiting;
  {
    const std::lock_guard lock(mutex);
    waiting = std::exchange(entry->waiting, {});
    const auto found = entries.find(entry->key);
    const bool newest = found != entries.end() && found->second == entry;
    if (newest && done) {
      keep(entry, answer);
      drop_old(entry->at);
    } else if (newest) {
      entries.erase(found);
    }
  }
  for (Responder& respond : waiting) respond(answer->response());
}

Repeats::Repeats(Limits limits) : state_(std::make_shared<State>(limits)) {}

bool Repeats::enabled() const {
  return state_->limits.window.count() > 0;
}

std::size_t Repeats::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->by_age.size();
}

Repeats::Admission Repeats::admit(const RepeatMark& mark, base::TimePoint now, Responder respond) {
  if (!enabled()) return {Verdict::first, std::move(respond)};
  KeptPtr answer;
  auto fresh = std::make_shared<Entry>(Entry{mark.key, mark.request, now, {}, {}});
  {
    const std::lock_guard lock(state_->mutex);
    state_->drop_old(now);
    EntryPtr& slot = state_->entries[mark.key];
    if (slot && mark.again) {
      if (slot->request != mark.request) return {Verdict::misuse, std::move(respond)};
      answer = slot->answer;
      if (!answer) {
        slot->waiting.push_back(std::move(respond));
        return {Verdict::repeat, std::nullopt};
      }
    } else {
      slot = fresh;
    }
  }
  if (answer) {
    respond(answer->response());
    return {Verdict::repeat, std::nullopt};
  }
  // A responder that is dropped answers 500 through this too, so that nobody waits for ever.
  auto keep = [state = state_, entry = std::move(fresh),
               respond = std::move(respond)](Response response) mutable {
    state->finish(entry, response);
    respond(std::move(response));
  };
  return {Verdict::first, Responder(std::move(keep))};
}

void Repeats::restore(std::span<const call::KeptAnswer> answers, base::WallTime date, base::TimePoint now) {
  if (!enabled()) return;
  const std::lock_guard lock(state_->mutex);
  for (const call::KeptAnswer& row : answers) {
    const auto age = std::max(date - row.at, base::WallClock::duration::zero());
    auto entry = std::make_shared<Entry>(Entry{
        row.key, row.request, now - std::chrono::duration_cast<base::TimePoint::duration>(age), {}, {}});
    state_->entries[row.key] = entry;
    state_->keep(entry, std::make_shared<const Kept>(
                            Kept{row.status, "application/json", row.body, {{"Location", row.location}}}));
  }
  state_->drop_old(now);
}

}  // namespace tonearm::http
