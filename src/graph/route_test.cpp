#include "graph/route.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::graph {
namespace {

constexpr std::string_view kCall = "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901";
constexpr std::string_view kOperation = "d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107";

struct Spelling {
  std::string target;
  Resource resource;
  Action action = Action::none;
};

TEST(Route, every_spelling_of_a_path_that_clients_use_finds_its_resource) {
  const std::vector<Spelling> spellings{
      {"/v1.0/communications/calls", Resource::calls},
      {"/v1.0/communications/calls/", Resource::calls},
      {"/beta/app/calls", Resource::calls},
      {"/v1.0/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901", Resource::call},
      {"/v1.0/communications/calls/6A1F0D003C524E8B9B1D0F4C7E2AD901", Resource::call},
      {"/v1.0/communications/calls('6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901')", Resource::call},
      {"/v1.0/communications/calls%28%276a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901%27%29", Resource::call},
      {"/v1.0/communications/calls(6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901)", Resource::call},
      {"//v1.0//communications//calls//6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901//", Resource::call},
      {"/V1.0/Communications/Calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901", Resource::call},
      {"/beta//app/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901/answer", Resource::call_action, Action::answer},
      {"/v1.0/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901/microsoft.graph.playPrompt",
       Resource::call_action, Action::play_prompt},
      {"/v1.0/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901/"
       "Microsoft.Graph.CANCELMEDIAPROCESSING",
       Resource::call_action, Action::cancel_media_processing},
      {"/v1.0/communications/calls('6a1f0d003c524e8b9b1d0f4c7e2ad901')/keepalive?x=1/2",
       Resource::call_action, Action::keep_alive},
      {"/v1.0/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901/subscribe%54oTone",
       Resource::call_action, Action::subscribe_to_tone},
      {"/beta/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901/microsoft.graph.StartRecording",
       Resource::call_action, Action::start_recording},
  };
  for (const auto& [target, resource, action] : spellings) {
    const Route route = parse_route(target);
    EXPECT_EQ(route.resource, resource) << target;
    EXPECT_EQ(route.action, action) << target;
    if (resource != Resource::calls) {
      EXPECT_EQ(route.call.to_string(), kCall) << target;
    }
  }
}

TEST(Route, version_and_root_are_told) {
  EXPECT_EQ(parse_route("/v1.0/communications/calls").version, Version::v1_0);
  EXPECT_EQ(parse_route("/beta/communications/calls").version, Version::beta);
  EXPECT_EQ(parse_route("/v1.0/communications/calls").root, Root::communications);
  EXPECT_EQ(parse_route("/v1.0/app/calls").root, Root::app);
}

struct Below {
  std::string path;
  Resource resource;
  std::string allow;
  std::string label;
};

TEST(Route, everything_below_a_call_has_its_methods_and_its_label) {
  const std::vector<Below> rows{
      {"", Resource::call, "GET, DELETE", ""},
      {"/operations", Resource::operations, "GET", "/operations"},
      {"/operations/d2a7c6f008d54f428c403f4a86b9e107", Resource::operation, "GET", "/operations/{id}"},
      {"/operations('d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107')", Resource::operation, "GET", "/operations/{id}"},
      {"/participants", Resource::participants, "GET", "/participants"},
      {"/participants/x1", Resource::participant, "GET, DELETE", "/participants/{id}"},
      {"/participants/invite", Resource::participants_action, "POST", "/participants/invite"},
      {"/participants/x1/mute", Resource::participant_action, "POST", "/participants/{id}/mute"},
      {"/participants('x1')/microsoft.graph.startHoldMusic", Resource::participant_action, "POST",
       "/participants/{id}/startHoldMusic"},
      {"/audioRoutingGroups", Resource::audio_routing_groups, "GET, POST", "/audioRoutingGroups"},
      {"/audioRoutingGroups/oneToOne", Resource::audio_routing_group, "GET, PATCH, DELETE",
       "/audioRoutingGroups/{id}"},
      {"/contentsharingsessions", Resource::content_sharing_sessions, "GET", "/contentSharingSessions"},
      {"/contentSharingSessions/AB", Resource::content_sharing_session, "GET",
       "/contentSharingSessions/{id}"},
      {"/playPrompt", Resource::call_action, "POST", "/playPrompt"},
  };
  for (const auto& [path, resource, allow, label] : rows) {
    const Route route = parse_route("/v1.0/communications/calls/" + std::string(kCall) + path);
    EXPECT_EQ(route.resource, resource) << path;
    EXPECT_EQ(allow_header(route), allow) << path;
    EXPECT_EQ(route_label(route), "/communications/calls/{id}" + label) << path;
    if (resource == Resource::operation) {
      EXPECT_EQ(route.operation.to_string(), kOperation);
    }
  }
  EXPECT_EQ(allow_header(parse_route("/v1.0/communications/calls")), "POST");
}

TEST(Route, what_is_no_route_is_unknown_and_takes_no_method) {
  const std::string call = "/v1.0/communications/calls/" + std::string(kCall);
  for (const std::string& target :
       {std::string(""), std::string("/"), std::string("*"), std::string("/v1.0"),
        std::string("/v2.0/communications/calls"), std::string("/v1.0/communications"),
        std::string("/v1.0/users"), std::string("/beta/applications/1/calls"),
        std::string("/communications/calls"), std::string("/v1.0/communications/callsx"),
        std::string("/v1.0/communications/calls/%zz"), std::string("/v1.0/communications/calls/%4"),
        // The call id is missing: this is no call named "playPrompt".
        std::string("/v1.0/communications/calls//playPrompt"),
        std::string("/v1.0/communications/calls/microsoft.graph.answer"), call + "/playPrompt/again",
        call + "/nothing", call + "/microsoft.graph.", call + "/operations/1/2", call + "/invite",
        call + "/participants/x/answer", call + "/participants/x/mute/y",
        // Beta has these, v1.0 has not.
        call + "/record", call + "/startRecording"}) {
    const Route route = parse_route(target);
    EXPECT_EQ(route.resource, Resource::unknown) << target;
    EXPECT_TRUE(allowed_methods(route).empty()) << target;
    EXPECT_EQ(route_label(route), "unknown") << target;
  }
}

TEST(Route, an_id_that_is_no_guid_is_a_call_that_nobody_has) {
  for (const std::string_view id : {"1", "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad90", "null", "%00", "..", "%2F"}) {
    const Route route = parse_route("/v1.0/communications/calls/" + std::string(id));
    EXPECT_EQ(route.resource, Resource::call) << id;
    EXPECT_TRUE(route.call.is_nil()) << id;
  }
}

/// Of a POST of this below a beta call.
std::optional<Errc> refusal_of(std::string_view path) {
  const Route route =
      parse_route("/beta/communications/calls/" + std::string(kCall) + "/" + std::string(path));
  EXPECT_NE(route.resource, Resource::unknown) << path;
  EXPECT_TRUE(is_allowed(route, "POST")) << path;
  return not_served(route, "POST");
}

TEST(Route, what_is_not_served_is_a_known_route_that_says_why) {
  for (const auto path :
       {"answer", "reject", "keepAlive", "playPrompt", "recordResponse", "record", "subscribeToTone",
        "cancelMediaProcessing", "sendDtmfTones", "updateRecordingStatus", "transfer", "redirect"})
    EXPECT_FALSE(refusal_of(path)) << path;
  EXPECT_EQ(refusal_of("participants/invite"), Errc::not_built_yet);
  for (const auto path :
       {"mute", "unmute", "changeScreenSharingRole", "addLargeGalleryView", "startRecording", "stopRecording",
        "startTranscription", "stopTranscription", "participants/muteAll", "participants/configureMixer",
        "participants/p/mute", "participants/p/startHoldMusic", "participants/p/stopHoldMusic",
        "participants/p/admitFromLobby", "participants/admitAllFromLobby", "participants/p/removeFromLobby",
        "audioRoutingGroups"})
    EXPECT_EQ(refusal_of(path), Errc::group_calls_only) << path;
  EXPECT_FALSE(not_served(parse_route("/v1.0/communications/calls"), "POST"));
  EXPECT_FALSE(not_served(parse_route("/v1.0/communications/calls/logTeleconferenceDeviceQuality"), "POST"));
}

TEST(Route, collections_can_be_counted) {
  const std::string call = "/v1.0/communications/calls/" + std::string(kCall);
  const std::vector<std::pair<std::string, Resource>> collections{
      {"/v1.0/communications/calls/$count", Resource::calls},
      {call + "/operations/$count", Resource::operations},
      {call + "/participants/$count", Resource::participants},
      {call + "/audioRoutingGroups/$count", Resource::audio_routing_groups},
      {call + "/contentSharingSessions/$count", Resource::content_sharing_sessions}};
  for (const auto& [path, resource] : collections) {
    const Route route = parse_route(path);
    EXPECT_EQ(route.resource, resource) << path;
    EXPECT_TRUE(route.count) << path;
    EXPECT_EQ(allow_header(route), "GET") << path;
    EXPECT_TRUE(route_label(route).ends_with("/$count")) << path;
  }
  EXPECT_EQ(parse_route(call + "/operations/$count/x").resource, Resource::unknown);
}

TEST(Route, any_bytes_are_read_without_harm) {
  std::mt19937 random(20260203);
  const std::string seed = "/v1.0/communications/calls('" + std::string(kCall) + "')/participants/x/mute?a=b";
  constexpr std::string_view kSpecials = "/%('.)?#0aZ\0\x7f\xff";
  for (int round = 0; round < 200'000; ++round) {
    std::string target = seed.substr(0, random() % (seed.size() + 1));
    for (unsigned edits = random() % 8; edits > 0 && !target.empty(); --edits) {
      target[random() % target.size()] = kSpecials[random() % kSpecials.size()];
    }
    const Route route = parse_route(target);
    ASSERT_EQ(route.resource == Resource::unknown, allowed_methods(route).empty());
    ASSERT_LE(route_label(route).size(), 80U);
  }
}

}  // namespace
}  // namespace tonearm::graph
