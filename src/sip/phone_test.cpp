#include "sip/phone.hpp"

#include <future>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;

/// One phone's events as things to wait for.
struct Heard {
  std::promise<void> ringing;
  std::promise<call::MediaDescription> answered;
  std::promise<PhoneEnd> ended;

  PhoneEvents events() {
    return {[this] { ringing.set_value(); },
            [this](const call::MediaDescription& media) { answered.set_value(media); },
            {},
            [this](const PhoneEnd& end) { ended.set_value(end); },
            {}};
  }
};

template <class Value>
bool comes(std::future<Value>& future) {
  return future.wait_for(5s) == std::future_status::ready;
}

std::string uri_of(const Phone& phone, const char* parameters) {
  return "sip:ada@" + phone.address().endpoint.to_string() + parameters;
}

class two_phones : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(two_phones, talk_and_one_hangs_up) {
  const auto [listen, parameters] = GetParam();
  Heard ada, bob;
  const auto called = Phone::listen(listen, {{"127.0.0.1", 4000}, {"127.0.0.1", 4001}}, ada.events());
  ASSERT_TRUE(called) << called.error().message();
  PhoneCall call;
  call.target = uri_of(**called, parameters);
  call.local = {{"127.0.0.1", 5000}, {"127.0.0.1", 5001}};
  const auto calling = Phone::call(call, bob.events());
  ASSERT_TRUE(calling) << calling.error().message();

  auto ringing = bob.ringing.get_future();
  auto answered = bob.answered.get_future();
  auto acknowledged = ada.answered.get_future();
  ASSERT_TRUE(comes(ringing));
  ASSERT_TRUE(comes(answered));
  ASSERT_TRUE(comes(acknowledged));
  EXPECT_EQ(answered.get().remote_rtp.port, 4000);
  const auto media = acknowledged.get();
  EXPECT_EQ(media.remote_rtp.port, 5000);
  EXPECT_TRUE(media.rtcp_mux);

  (*calling)->hang_up();
  auto bobs_end = bob.ended.get_future();
  auto adas_end = ada.ended.get_future();
  ASSERT_TRUE(comes(bobs_end));
  ASSERT_TRUE(comes(adas_end));
  EXPECT_FALSE(bobs_end.get().by_far_end);
  EXPECT_TRUE(adas_end.get().by_far_end);
}

INSTANTIATE_TEST_SUITE_P(transports, two_phones,
                         ::testing::Values(std::pair("sip:ada@127.0.0.1:15071", ""),
                                           std::pair("sip:ada@127.0.0.1:15071;transport=tcp",
                                                     ";transport=tcp"),
                                           std::pair("sip:ada@[::1]:15071", "")));

TEST(phone, a_second_caller_hears_busy) {
  Heard ada, bob, eve;
  const auto called = Phone::listen("sip:ada@127.0.0.1:15072", {{"127.0.0.1", 4000}, {}}, ada.events());
  ASSERT_TRUE(called);
  PhoneCall call;
  call.target = uri_of(**called, "");
  call.local = {{"127.0.0.1", 5000}, {}};
  const auto first = Phone::call(call, bob.events());
  auto answered = bob.answered.get_future();
  ASSERT_TRUE(comes(answered));
  const auto second = Phone::call(call, eve.events());
  auto refused = eve.ended.get_future();
  ASSERT_TRUE(comes(refused));
  EXPECT_EQ(refused.get().status, 486);
}

TEST(phone, nobody_there_ends_with_no_answer) {
  Heard bob;
  PhoneCall call;
  call.target = "sip:nobody@127.0.0.1:9";
  call.local = {{"127.0.0.1", 5000}, {}};
  call.ringing_limit = 300ms;
  const auto calling = Phone::call(call, bob.events());
  ASSERT_TRUE(calling);
  auto ended = bob.ended.get_future();
  ASSERT_TRUE(comes(ended));
  EXPECT_GE(ended.get().status, 408);
}

}  // namespace
}  // namespace tonearm::sip
