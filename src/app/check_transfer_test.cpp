// operations.md §7: to whom an application may transfer a call.

#include "app/check_transfer.hpp"

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using call::Party;
using Kind = call::CommandFailure::Kind;

std::shared_ptr<call::CallSnapshot> established() {
  auto call = std::make_shared<call::CallSnapshot>();
  call->id = call::CallId(base::Guid::random());
  call->owner.application = call::ApplicationId(base::Guid::from_words(0, 1));
  call->state = call::CallState::established;
  return call;
}

ServedApplication application() {
  ServedApplication application;
  application.may_call = {"+1425"};
  return application;
}

std::optional<Kind> refused(const call::TransferCommand& command, const call::CallSnapshot& call,
                            const call::SnapshotPtr& other = nullptr) {
  const auto failure = transfer_refusal(command, call, other, application());
  return failure ? std::optional(failure->kind) : std::nullopt;
}

TEST(CheckTransfer, goes_to_whom_the_application_may_call_itself) {
  const auto call = established();
  EXPECT_FALSE(refused({{Party::Kind::phone, "+14255550101", "", ""}, {}}, *call));
  EXPECT_FALSE(refused({{Party::Kind::user, "00000000-0000-4000-8000-000000000101", "", ""}, {}}, *call));
  EXPECT_EQ(refused({{Party::Kind::phone, "+442079460000", "", ""}, {}}, *call), Kind::forbidden);
}

TEST(CheckTransfer, replaces_another_call_of_the_same_application_that_is_up) {
  const auto call = established();
  const auto other = established();
  const call::TransferCommand command{{Party::Kind::phone, "+442079460000", "", ""}, other->id};
  EXPECT_FALSE(refused(command, *call, other));  // who is called already need not be called
  EXPECT_EQ(refused(command, *call, nullptr), Kind::bad_request);
  EXPECT_EQ(refused(command, *call, call), Kind::bad_request);
  other->state = call::CallState::establishing;
  EXPECT_EQ(refused(command, *call, other), Kind::bad_request);
  const auto strangers = established();
  strangers->owner.application = call::ApplicationId(base::Guid::from_words(0, 2));
  EXPECT_EQ(refused(command, *call, strangers), Kind::bad_request);
}

}  // namespace
}  // namespace tonearm::app
