// operations.md §7: whom an application may have a caller sent on to.

#include "app/check_redirect.hpp"

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using call::Party;

TEST(CheckRedirect, goes_to_whom_the_application_may_call_itself_every_one_of_them) {
  ServedApplication application;
  application.may_call = {"+1425"};
  const Party ada{Party::Kind::user, "00000000-0000-4000-8000-000000000101", "Ada", ""};
  const Party near{Party::Kind::phone, "+14255550101", "", ""};
  const Party far{Party::Kind::phone, "+442079460000", "", ""};
  const auto refused = [&](std::vector<Party> targets) {
    call::RedirectCommand command;
    command.targets = std::move(targets);
    return redirect_refusal(command, application).has_value();
  };
  EXPECT_FALSE(refused({ada, near}));
  EXPECT_TRUE(refused({far}));
  EXPECT_TRUE(refused({ada, near, far}));
}

}  // namespace
}  // namespace tonearm::app
