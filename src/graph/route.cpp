#include "graph/route.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "graph/actions.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

/// version, root, calls, id, participants, id, action: nothing is longer.
constexpr std::size_t kSegmentsMax = 7;

/// Collections whose members may be named by a parenthesis key: `calls('{id}')`.
constexpr std::array<std::string_view, 5> kCollections{"calls", "operations", "participants",
                                                       "audioRoutingGroups", "contentSharingSessions"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

/// `calls('{id}')` is two segments: the collection and the key, its quotes dropped.
void push_segment(std::string segment, std::vector<std::string>& segments) {
  const std::size_t open = segment.find('(');
  const std::string_view name = std::string_view(segment).substr(0, open);
  const bool keyed = open != std::string::npos && segment.back() == ')' &&
                     std::ranges::any_of(kCollections, [&](auto c) { return equal_any_case(c, name); });
  if (!keyed) {
    segments.push_back(std::move(segment));
    return;
  }
  std::string key = segment.substr(open + 1, segment.size() - open - 2);
  if (key.size() >= 2 && key.front() == '\'' && key.back() == '\'') key = key.substr(1, key.size() - 2);
  segments.emplace_back(name);
  segments.push_back(std::move(key));
}

/// Decoded segments of the path, empty ones (doubled and trailing slashes) left out. None if the path
/// cannot be a route.
std::optional<std::vector<std::string>> split_path(std::string_view target) {
  std::string_view path = target.substr(0, target.find_first_of("?#"));
  std::vector<std::string> segments;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) {
      auto segment = percent_decoded(path.substr(0, slash));
      if (!segment) return std::nullopt;
      push_segment(std::move(*segment), segments);
      if (segments.size() > kSegmentsMax) return std::nullopt;
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return segments;
}

/// Walks the segments from left to right; each step knows what may come next.
class RouteReader {
 public:
  explicit RouteReader(std::vector<std::string> segments) : segments_(std::move(segments)) {}

  Route read() {
    if (read_version() && read_root() && next_is("calls")) read_calls();
    if (at_ < segments_.size()) route_.resource = Resource::unknown;
    return route_;
  }

 private:
  bool at_end() const { return at_ == segments_.size(); }

  bool next_is(std::string_view name) {
    if (at_end() || !equal_any_case(segments_[at_], name)) return false;
    ++at_;
    return true;
  }

  bool read_version() {
    if (next_is("beta")) {
      route_.version = Version::beta;
      return true;
    }
    return next_is("v1.0");
  }

  bool read_root() {
    if (next_is("app")) {
      route_.root = Root::app;
      return true;
    }
    return next_is("communications");
  }

  /// An action bound to `binding` in this version, if the next segment names one.
  bool read_action(Binding binding, Resource resource) {
    const ActionRow* row = at_end() ? nullptr : find_action(segments_[at_]);
    if (!row || !(row->bindings & binding)) return false;
    if (row->beta_only && route_.version != Version::beta) return false;
    ++at_;
    route_.action = row->action;
    route_.resource = resource;
    return true;
  }

  void read_calls() {
    route_.resource = Resource::calls;
    if (at_end() || read_count() || read_action(on_calls, Resource::calls_action)) return;
    // `calls//playPrompt` is a client that has lost the call id: no call of that name is looked for.
    if (find_action(segments_[at_])) return;
    route_.call = call::CallId::parse(segments_[at_++]).value_or(call::CallId{});
    read_call();
  }

  void read_call() {
    route_.resource = Resource::call;
    if (at_end() || read_action(on_call, Resource::call_action)) return;
    if (next_is("operations")) {
      read_operations();
    } else if (next_is("participants")) {
      read_participants();
    } else if (next_is("audioRoutingGroups")) {
      read_collection(Resource::audio_routing_groups, Resource::audio_routing_group);
    } else if (next_is("contentSharingSessions")) {
      read_collection(Resource::content_sharing_sessions, Resource::content_sharing_session);
    }
  }

  void read_operations() {
    read_collection(Resource::operations, Resource::operation);
    route_.operation = call::OperationId::parse(route_.item).value_or(call::OperationId{});
  }

  void read_participants() {
    if (read_action(on_participants, Resource::participants_action)) return;
    read_collection(Resource::participants, Resource::participant);
    if (!at_end()) read_action(on_participant, Resource::participant_action);
  }

  void read_collection(Resource collection, Resource member) {
    route_.resource = collection;
    if (at_end() || read_count()) return;
    route_.resource = member;
    route_.item = segments_[at_++];
  }

  bool read_count() {
    route_.count = next_is("$count");
    return route_.count;
  }

  std::vector<std::string> segments_;
  std::size_t at_ = 0;
  Route route_;
};

std::optional<Errc> not_served(Support support) {
  switch (support) {
    case Support::built:
      return std::nullopt;
    case Support::group_calls:
      return Errc::group_calls_only;
    case Support::not_yet:
      return Errc::not_built_yet;
  }
  return Errc::not_built_yet;
}

constexpr std::array<std::string_view, 1> kGet{"GET"};
constexpr std::array<std::string_view, 1> kPost{"POST"};
constexpr std::array<std::string_view, 2> kGetPost{"GET", "POST"};
constexpr std::array<std::string_view, 2> kGetDelete{"GET", "DELETE"};
constexpr std::array<std::string_view, 3> kGetPatchDelete{"GET", "PATCH", "DELETE"};

/// Path pattern of a resource below its call.
std::string_view pattern(Resource resource) {
  switch (resource) {
    case Resource::unknown:
      return "";
    case Resource::calls:
    case Resource::calls_action:
      return "/communications/calls";
    case Resource::call:
    case Resource::call_action:
      return "/communications/calls/{id}";
    case Resource::operations:
      return "/communications/calls/{id}/operations";
    case Resource::operation:
      return "/communications/calls/{id}/operations/{id}";
    case Resource::participants:
    case Resource::participants_action:
      return "/communications/calls/{id}/participants";
    case Resource::participant:
    case Resource::participant_action:
      return "/communications/calls/{id}/participants/{id}";
    case Resource::audio_routing_groups:
      return "/communications/calls/{id}/audioRoutingGroups";
    case Resource::audio_routing_group:
      return "/communications/calls/{id}/audioRoutingGroups/{id}";
    case Resource::content_sharing_sessions:
      return "/communications/calls/{id}/contentSharingSessions";
    case Resource::content_sharing_session:
      return "/communications/calls/{id}/contentSharingSessions/{id}";
  }
  return "";
}

}  // namespace

Route parse_route(std::string_view target) {
  auto segments = split_path(target);
  return segments ? RouteReader(std::move(*segments)).read() : Route{};
}

std::span<const std::string_view> allowed_methods(const Route& route) {
  if (route.count) return kGet;
  switch (route.resource) {
    case Resource::unknown:
      return {};
    case Resource::call:
      return kGetDelete;
    case Resource::calls:  // Listing is in no page; 405 says so better than an empty list (facts §6.2).
    case Resource::calls_action:
    case Resource::call_action:
    case Resource::participants_action:
    case Resource::participant_action:
      return kPost;
    case Resource::operations:
    case Resource::operation:
    case Resource::participants:
    case Resource::content_sharing_sessions:
    case Resource::content_sharing_session:
      return kGet;
    case Resource::participant:
      return kGetDelete;
    case Resource::audio_routing_groups:
      return kGetPost;
    case Resource::audio_routing_group:
      return kGetPatchDelete;
  }
  return {};
}

bool is_allowed(const Route& route, std::string_view method) {
  return std::ranges::find(allowed_methods(route), method) != allowed_methods(route).end();
}

std::string allow_header(const Route& route) {
  return fmt::format("{}", fmt::join(allowed_methods(route), ", "));
}

std::optional<Errc> not_served(const Route& route, std::string_view method) {
  switch (route.resource) {
    case Resource::calls_action:
    case Resource::call_action:
    case Resource::participants_action:
    case Resource::participant_action:
      return not_served(row_of(route.action).support);
    case Resource::audio_routing_groups:
      return method == "GET" ? std::nullopt : std::optional(Errc::group_calls_only);
    default:
      return std::nullopt;
  }
}

std::string_view to_string(Action action) {
  return row_of(action).name;
}

std::string_view to_string(Version version) {
  return version == Version::beta ? "beta" : "v1.0";
}

std::string route_label(const Route& route) {
  if (route.resource == Resource::unknown) return "unknown";
  std::string label(pattern(route.resource));
  if (route.count) label.append("/$count");
  if (route.action != Action::none) label.append("/").append(to_string(route.action));
  return label;
}

}  // namespace tonearm::graph
