#include "graph/describe_event.hpp"

#include <gtest/gtest.h>

#include "graph/event_details.hpp"
#include "graph/test_examples.hpp"
#include "graph/write_events.hpp"

namespace tonearm::graph {
namespace {

using namespace std::chrono_literals;

struct Written {
  std::string kind;
  boost::json::object details;
};

template <class What>
Written written(const What& what, bool show_numbers = false) {
  const std::optional<EventText> text = describe(what, show_numbers);
  if (!text) return {};
  return {std::string(text->kind), boost::json::parse(text->details).as_object()};
}

Written command_written(call::Command command) {
  call::CommandContext context;
  context.request = call::RequestId(7);
  return written(call::Input(call::CommandInput{context, std::move(command)}));
}

std::string text_in(const Written& event, const char* member) {
  return std::string(event.details.at(member).as_string());
}

TEST(DescribeEvent, a_request_has_its_number_its_action_and_what_it_asks_for) {
  call::PlayCommand play;
  play.spec.prompts = {{"https://ada:pw@files.example.com/hello.wav?sig=secret", "", 1}};
  const auto event = command_written(play);
  EXPECT_EQ(event.kind, "request");
  EXPECT_EQ(event.details.at("request").to_number<int>(), 7);
  EXPECT_EQ(text_in(event, "action"), "playPrompt");
  EXPECT_EQ(event.details.at("prompts").at(0).as_string(), "https://files.example.com/hello.wav");
  EXPECT_EQ(text_in(command_written(call::CancelCommand{{}, call::CancelScope::queued, {}}), "scope"),
            "queued");
}

TEST(DescribeEvent, an_address_is_written_without_what_may_be_secret) {
  EXPECT_EQ(public_part("https://a@b@files.example.com/a.wav#top"), "https://files.example.com/a.wav");
  EXPECT_EQ(public_part("https://files.example.com/a@b.wav"), "https://files.example.com/a@b.wav");
  EXPECT_EQ(public_part("nonsense?x=1"), "nonsense");
  EXPECT_EQ(public_part(""), "");
}

TEST(DescribeEvent, keys_and_numbers_are_masked_unless_they_may_be_shown) {
  const call::Input key = call::MediaInput{call::LegId(1), call::KeyPressed{call::Tone::t5}};
  EXPECT_EQ(text_in(written(key), "tone"), "masked");
  EXPECT_EQ(text_in(written(key, true), "tone"), "tone5");

  call::CallSnapshot call = example_call();
  call.source = {call::Party::Kind::phone, "+14255550123", "Ada 425 555 0123", ""};
  const auto masked = describe(CallCreated{call}, false).details;
  EXPECT_EQ(masked.find("0123"), std::string::npos);
  EXPECT_NE(masked.find("+xxxxxxxxx23"), std::string::npos);
  EXPECT_NE(describe(CallCreated{call}, true).details.find("+14255550123"), std::string::npos);
}

TEST(DescribeEvent, a_stop_says_what_became_of_each_operation) {
  call::StopAcknowledged stopped;
  stopped.stop = call::StopId(2);
  stopped.operations = {{call::OperationNumber(4), call::StopOutcome::cut, 1240ms}};
  const auto event = written(call::Input(call::MediaInput{call::LegId(1), stopped}));
  EXPECT_EQ(event.kind, "media.stopped");
  const auto& operation = event.details.at("operations").at(0);
  EXPECT_EQ(operation.at("media").to_number<int>(), 4);
  EXPECT_EQ(operation.at("outcome").as_string(), "cut");
  EXPECT_EQ(operation.at("milliseconds").to_number<int>(), 1240);
}

TEST(DescribeEvent, an_answer_says_which_operation_or_which_error) {
  const call::Reply refusal =
      call::CommandFailure{call::CommandFailure::Kind::bad_request, "The queue is full."};
  const auto refused = written(Answered{call::RequestId(3), refusal});
  EXPECT_EQ(refused.details.at("httpStatus").to_number<int>(), 400);
  EXPECT_NE(text_in(refused, "message").find("The queue is full."), std::string::npos);

  call::OperationView play = example_operation(call::OperationKind::play);
  const call::Reply accepted = play;
  const auto made = written(Answered{call::RequestId(4), accepted});
  EXPECT_EQ(text_in(made, "operation"), kOperationText);
  EXPECT_EQ(text_in(made, "type"), "playPromptOperation");
  EXPECT_FALSE(made.details.contains("code"));
}

TEST(DescribeEvent, a_download_says_what_was_offered) {
  const auto asked = written(RecordingAsked{*call::OperationId::parse(kOperationText), 206, 1000});
  EXPECT_EQ(asked.kind, "recording.asked");
  EXPECT_EQ(text_in(asked, "operation"), kOperationText);
  EXPECT_EQ(asked.details.at("httpStatus").to_number<int>(), 206);
  EXPECT_EQ(asked.details.at("bytes").to_number<int>(), 1000);
}

TEST(DescribeEvent, a_notification_says_what_it_tells_and_then_its_fate) {
  call::Notification notification;
  notification.number = call::NotificationNumber(9);
  call::OperationView play = example_operation(call::OperationKind::play);
  play.status = call::OperationStatus::failed;
  play.ending = call::OperationEnding{call::EndReason::prompt_download_failed, "answered \xff 404"};
  notification.what = call::OperationNotice{play};
  const auto queued = written(call::CommittedEffect(call::Publish{notification}));
  EXPECT_EQ(queued.kind, "notification.queued");
  EXPECT_EQ(queued.details.at("number").to_number<int>(), 9);
  EXPECT_TRUE(queued.details.contains("code"));

  using Kind = NotificationFate::Kind;
  EXPECT_EQ(written(NotificationFate{Kind::delivered, notification.number}).kind, "notification.delivered");
  const auto parked = written(NotificationFate{Kind::parked, notification.number, {"answered 403", 2}});
  EXPECT_EQ(text_in(parked, "reason"), "answered 403");
  EXPECT_EQ(parked.details.at("attempts").to_number<int>(), 2);
}

TEST(DescribeEvent, what_its_cause_or_its_report_tells_is_not_told_twice) {
  EXPECT_FALSE(describe(call::Input(call::StepCommitted{1}), false));
  EXPECT_FALSE(describe(call::NowEffect(call::StartOperation{}), false));
  EXPECT_FALSE(describe(call::NowEffect(call::ArmTimer{}), false));
}

TEST(DescribeEvent, every_timer_has_a_name) {
  for (int kind = 0; kind <= static_cast<int>(call::TimerKind::prompt_fetch); ++kind) {
    const call::TimerKey timer{static_cast<call::TimerKind>(kind), 0};
    EXPECT_FALSE(text_in(written(call::Input(call::TimerFired{timer})), "timer").empty());
  }
}

const std::vector<call::NumberedEvent> kTwo{
    {3, base::WallTime(1'700'000'000'250ms), "leg.hungUp", "{}"},
    {4, base::WallTime(1'700'000'001'000ms), "call.over", R"({"code":200})"}};

TEST(WriteEvents, a_page_is_json_with_where_to_go_on) {
  const auto page = boost::json::parse(write_events({kTwo, 2, true})).as_object();
  EXPECT_EQ(page.at("events").as_array().size(), 2u);
  EXPECT_EQ(page.at("events").at(0).at("at").as_string(), "2023-11-14T22:13:20.250Z");
  EXPECT_EQ(page.at("events").at(1).at("details").at("code").to_number<int>(), 200);
  EXPECT_EQ(page.at("next").to_number<int>(), 4);
  EXPECT_TRUE(page.at("more").as_bool());
  EXPECT_EQ(write_events({{}, 17, false}), R"({"events":[],"next":17,"more":false})");
}

TEST(WriteEvents, a_stream_has_an_id_a_kind_and_one_line_of_data_each) {
  EXPECT_EQ(write_event_stream(std::span(kTwo).first(1)),
            "id: 3\nevent: leg.hungUp\n"
            R"(data: {"number":3,"at":"2023-11-14T22:13:20.250Z","kind":"leg.hungUp","details":{}})"
            "\n\n");
}

}  // namespace
}  // namespace tonearm::graph
