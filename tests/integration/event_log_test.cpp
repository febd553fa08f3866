// docs/events.md: everything that happened to a call, numbered without gaps, by page and as a stream.

#include <algorithm>

#include <gtest/gtest.h>
#include <signal.h>

#include "eventually.hpp"
#include "recording_peer.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using Events = std::vector<boost::json::object>;

std::string kind_of(const boost::json::object& event) {
  return std::string(event.at("kind").as_string());
}

/// A call's events, its numbers checked.
Events events_of(const Listeners& at, const std::string& call) {
  ApiClient admin(at.admin, kAdminToken, "/tonearm");
  Events events;
  while (true) {
    const auto answer =
        admin.get("/calls/" + call + "/events?limit=7&after=" + std::to_string(events.size()));
    EXPECT_EQ(answer.status(), 200) << answer.response.body;
    if (answer.status() != 200) return events;
    const auto page = answer.json();
    for (const auto& event : page.at("events").as_array()) {
      EXPECT_EQ(event.at("number").to_number<std::uint64_t>(), events.size() + 1);
      events.push_back(event.as_object());
    }
    if (!page.at("more").as_bool()) return events;
  }
}

/// Reads pages until there is such an event; it must come.
Events events_until(const Listeners& at, const std::string& call, const std::string& kind) {
  Events events;
  EXPECT_TRUE(eventually([&] {
    events = events_of(at, call);
    return std::ranges::any_of(events, [&](const auto& event) { return kind_of(event) == kind; });
  })) << "no "
      << kind;
  return events;
}

/// Position of the first event of this kind behind `from`; fails if there is none.
std::size_t index_of(const Events& events, const std::string& kind, std::size_t from = 0) {
  for (std::size_t index = from; index < events.size(); ++index) {
    if (kind_of(events[index]) == kind) return index;
  }
  ADD_FAILURE() << "no " << kind << " behind " << from;
  return events.size();
}

/// A stream of a call's events as a browser reads it.
class EventSource {
 public:
  EventSource(const Listeners& at, const std::string& call, const std::string& headers = "")
      : socket_(SOCK_STREAM, {at.admin.address, 0}) {
    socket_.connect(at.admin);
    socket_.send_all("GET /tonearm/calls/" + call + "/events HTTP/1.1\r\nHost: " + at.admin.to_string() +
                     "\r\nAuthorization: Bearer " + kAdminToken + "\r\nAccept: text/event-stream\r\n" +
                     headers + "\r\n");
  }
  /// Reads on until it holds `text`; all that was read.
  const std::string& until(const std::string& text) {
    char buffer[4096];
    while (read_.find(text) == std::string::npos) {
      const auto length = socket_.readable(20s) ? ::read(socket_.fd(), buffer, sizeof buffer) : 0;
      EXPECT_GT(length, 0) << "no " << text << " in " << read_;
      if (length <= 0) break;
      read_.append(buffer, static_cast<std::size_t>(length));
    }
    return read_;
  }

 private:
  Socket socket_;
  std::string read_;
};

TEST(EventLog, tells_a_call_from_its_invite_to_the_delivery_of_its_last_notification) {
  const TempDir dir;
  Bot bot;
  LocalServer server(test_settings(bot, dir.path()));
  LiveCall call(server.at(), bot);
  const std::string play = play_for_ever(call);
  EXPECT_EQ(call.api.request("POST", "/" + call.id + "/playPrompt", "{}").status(), 400);
  EXPECT_EQ(call.api.cancel(call.id).status(), 200);
  call.phone.send_bye();
  ASSERT_TRUE(bot.wait_state("terminated"));

  events_until(server.at(), call.id, "call.over");
  const auto all_delivered = [](const Events& events) {
    const auto count = [&](const char* kind) {
      return std::ranges::count_if(events, [&](const auto& event) { return kind_of(event) == kind; });
    };
    return count("notification.queued") == count("notification.delivered");
  };
  Events events;
  EXPECT_TRUE(eventually([&] { return all_delivered(events = events_of(server.at(), call.id)); }));

  EXPECT_EQ(index_of(events, "call.created"), 0u);
  std::size_t place = 0;
  for (const char* kind :
       {"call.created", "notification.queued", "request", "media.opened", "leg.answer", "leg.acknowledged",
        "request", "prompt.ready", "media.started", "request.refused", "request", "media.stop",
        "media.stopped", "response", "leg.hungUp", "media.closed", "call.over"}) {
    place = index_of(events, kind, place);
  }
  const auto refused = events[index_of(events, "request.refused")].at("details").as_object();
  EXPECT_EQ(refused.at("httpStatus").to_number<int>(), 400);
  EXPECT_NE(std::string(refused.at("route").as_string()).find("playPrompt"), std::string::npos);
}

TEST(EventLog, tells_who_had_a_recording_also_when_the_call_is_gone) {
  const TempDir dir;
  Bot bot;
  LocalServer server(test_settings(bot, dir.path()));
  Whistler call(server.at(), bot);
  const std::string operation = call.record_for(700ms);
  call.phone.send_bye();
  const auto end = bot.wait_operation_end(operation);
  ASSERT_TRUE(end);
  events_until(server.at(), call.id, "call.over");
  const std::string location = end->text("recordingLocation");
  EXPECT_EQ(download(server.at().http, location, "not-its-token").status(), 401);
  const auto part =
      download(server.at().http, location, end->text("recordingAccessToken"), "Range: bytes=0-99\r\n");
  EXPECT_EQ(part.status(), 206);

  const Events events = events_until(server.at(), call.id, "recording.asked");
  const auto asked = events[index_of(events, "recording.asked")].at("details").as_object();
  EXPECT_EQ(asked.at("operation").as_string(), operation);
  EXPECT_EQ(asked.at("httpStatus").to_number<int>(), 206) << "a stranger's try is none";
  EXPECT_EQ(asked.at("bytes").to_number<int>(), 100);
}

TEST(EventLog, streams_what_happens_and_goes_on_where_a_client_left) {
  const TempDir dir;
  Bot bot;
  LocalServer server(test_settings(bot, dir.path()));
  LiveCall call(server.at(), bot);
  EventSource source(server.at(), call.id);
  const std::string head = source.until("event: leg.acknowledged");
  EXPECT_NE(head.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_NE(head.find("id: 1\nevent: call.created\ndata: {"), std::string::npos);
  call.phone.send_bye();
  source.until("event: call.over");

  EventSource again(server.at(), call.id, "Last-Event-ID: 3\r\n");
  const std::string rest = again.until("event: call.over");
  EXPECT_NE(rest.find("\r\n\r\nid: 4\n"), std::string::npos);
}

TEST(EventLog, is_kept_over_a_crash_and_numbered_on) {
  const TempDir dir;
  Bot bot;
  const std::string toml = test_toml(bot, dir.path() / "data");
  std::string id;
  std::size_t before = 0;
  {
    ServerProcess server(toml, dir.path());
    const LiveCall call(server.at(), bot);
    id = call.id;
    before = events_until(server.at(), id, "leg.acknowledged").size();
    server.signal(SIGKILL);
    server.wait();
  }
  ServerProcess server(toml, dir.path());
  ASSERT_TRUE(bot.wait_state("terminated"));
  const Events events = events_until(server.at(), id, "server.restarted");
  EXPECT_GE(index_of(events, "server.restarted"), before);
}

TEST(EventLog, knows_nothing_of_a_call_that_never_was) {
  const TempDir dir;
  Bot bot;
  LocalServer server(test_settings(bot, dir.path()));
  ApiClient admin(server.at().admin, kAdminToken, "/tonearm");
  EXPECT_EQ(admin.get("/calls/" + base::Guid::random().to_string() + "/events").status(), 404);
}

}  // namespace
}  // namespace tonearm::testing
