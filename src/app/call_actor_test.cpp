// design: an answer comes when what it says is on disk, or says after a while that nobody knows.

#include "app/call_actor.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/runtime.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

/// Counts the INVITEs and hang-ups that it is told to send. Threading: the call's strand writes.
struct QuietSignaling final : call::SignalingPort {
  std::atomic<int> invites{0};
  std::atomic<int> hang_ups{0};

  void post_ringing(call::LegRef) override {}
  void post_answer(call::LegRef, call::LocalMedia) override {}
  void post_ack(call::LegRef) override {}
  void post_reject(call::LegRef, int, std::string, std::string) override {}
  void post_hang_up(call::LegRef) override { ++hang_ups; }
  void post_invite(call::LegRef, call::Invitation) override { ++invites; }
  void post_refer(call::LegRef, call::Referral) override {}
  void post_hang_up_restored(std::string) override {}
};

struct QuietMedia final : call::MediaPort {
  void post_open(call::LegRef, std::string, std::optional<call::MediaDescription>) override {}
  void post_update(call::LegRef, call::MediaDescription) override {}
  void post_prefetch(call::LegRef, call::ApplicationId, call::OperationId, call::OperationNumber,
                     std::variant<call::PlaySpec, call::RecordSpec>) override {}
  void post_warm(call::ApplicationId, call::Prompt) override {}
  void post_start(call::LegRef, call::OperationNumber) override {}
  void post_stop(call::LegRef, call::StopId, std::vector<call::OperationNumber>) override {}
  void post_send_dtmf(call::LegRef, call::OperationNumber, std::vector<call::Tone>,
                      std::chrono::milliseconds) override {}
  void post_key(call::LegRef, call::Tone) override {}
  void post_join(call::LegRef, call::LegRef) override {}
  void post_close(call::LegRef) override {}
};

/// A disk that writes when the test says so. Threading: thread-safe.
class HeldStore final : public call::CallStore {
 public:
  void commit(call::Commit commit, std::function<void(std::error_code)> done) override {
    const std::lock_guard lock(mutex_);
    if (commit.answer) kept_.push_back(*commit.answer);
    if (commit.withdrawn) withdrawn_.push_back(*commit.withdrawn);
    waiting_.push_back(std::move(done));
    came_.notify_all();
  }
  [[nodiscard]] std::chrono::milliseconds oldest_uncommitted() const override { return 0ms; }
  std::vector<call::StoredCall> load_alive() override { return {}; }

  /// Writes what is there, or fails to; waits a little if that is nothing.
  /// True if there was something.
  bool write(std::error_code failure = {}) {
    std::vector<std::function<void(std::error_code)>> written;
    {
      std::unique_lock lock(mutex_);
      came_.wait_for(lock, 20ms, [this] { return !waiting_.empty(); });
      written.swap(waiting_);
    }
    for (const auto& done : written) done(failure);
    if (failure) {
      const std::lock_guard lock(mutex_);  // the store goes on trying
      waiting_.insert(waiting_.begin(), written.begin(), written.end());
    }
    return !written.empty();
  }

  /// Answers in the commits so far, and keys of those that were taken back.
  [[nodiscard]] std::vector<call::KeptAnswer> kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }
  [[nodiscard]] std::vector<auth::Sha256> withdrawn() {
    const std::lock_guard lock(mutex_);
    return withdrawn_;
  }

 private:
  std::mutex mutex_;  // guards all of it
  std::condition_variable came_;
  std::vector<call::KeptAnswer> kept_;
  std::vector<auth::Sha256> withdrawn_;
  std::vector<std::function<void(std::error_code)>> waiting_;
};

struct QuietEvents final : call::EventSink {
  void post_publish(call::OutboxRow, std::vector<call::RequestId>) override {}
  void post_open_gate(call::RequestId) override {}
};

struct NoBodies final : call::NotificationRenderer {
  [[nodiscard]] std::string render(const call::Notification&) const override { return "{}"; }
};

struct NoLog final : call::EventLog {
  void post(call::CallId, call::LoggedEvent) override {}
};

/// What surrounds an actor, and outlives it.
class ActorStage : public ::testing::Test {
 protected:
  [[nodiscard]] CallPorts ports() { return {signaling_, media_, store_, events_, bodies_, chronicle_}; }

  QuietSignaling signaling_;
  QuietMedia media_;
  HeldStore store_;
  QuietEvents events_;
  NoBodies bodies_;
  NoLog log_;
  Chronicle chronicle_{log_, false};
  CallMetrics metrics_;
  const call::CallId id_{base::Guid::random()};
};

/// One call that a request asks for.
class CallActorTest : public ActorStage {
 protected:
  void place(std::chrono::milliseconds store_limit) {
    CallPorts ports = this->ports();
    ports.store_limit = store_limit;
    actor_ = std::make_shared<CallActor>(runtime_.next().get_executor(), ports, metrics_, id_,
                                         "https://bot.example.com/api",
                                         [this](call::CallId) { over_.set_value(); });
    call::OutgoingCall order;
    order.leg = {id_, call::LegId(1)};
    order.context.request = call::RequestId(1);
    actor_->post_create(
        [order](const call::Stamp& stamp) { return call::Call::outgoing(order, call::CallSetup{}, stamp); },
        order.context.request,
        [](const call::CallSnapshot& call) {
          return call::KeptAnswer{
              auth::sha256("key"), auth::sha256("request"), 201, "", call.id.to_string(), {}};
        },
        [this](call::Reply reply) {
          if (++replies_ == 1) first_reply_.set_value(std::move(reply));
        });
  }

  std::future<call::Reply> command(std::uint64_t request, call::Command command) {
    call::CommandContext context;
    context.request = call::RequestId(request);
    auto answer = std::make_shared<std::promise<call::Reply>>();
    actor_->post_command(context, std::move(command),
                         [answer](call::Reply reply) { answer->set_value(std::move(reply)); });
    return answer->get_future();
  }

  void TearDown() override { runtime_.stop(); }

  net::Runtime runtime_{1};  // first: an actor's timers are its own
  std::promise<call::Reply> first_reply_;
  std::promise<void> over_;
  std::atomic<int> replies_{0};
  std::shared_ptr<CallActor> actor_;
};

TEST_F(CallActorTest, an_answer_waits_for_the_disk) {
  place(1h);
  auto reply = first_reply_.get_future();
  while (reply.wait_for(0ms) != std::future_status::ready) {
    EXPECT_EQ(replies_, 0);
    store_.write();
  }
  EXPECT_FALSE(std::holds_alternative<call::CommandFailure>(reply.get()));
}

TEST_F(CallActorTest, what_repeats_get_is_in_the_first_commit_and_in_no_other) {
  place(1h);
  auto created = first_reply_.get_future();
  while (created.wait_for(0ms) != std::future_status::ready) store_.write();
  auto hung_up = command(2, call::DeleteCommand{});
  while (hung_up.wait_for(0ms) != std::future_status::ready) store_.write();
  ASSERT_EQ(store_.kept().size(), 1u);
  EXPECT_EQ(store_.kept()[0].body, id_.to_string());
  EXPECT_TRUE(store_.withdrawn().empty());
}

TEST_F(CallActorTest, what_repeats_get_is_taken_back_if_the_request_is_answered_500) {
  place(1ms);
  first_reply_.get_future().get();  // nothing has been written
  auto over = over_.get_future();
  while (over.wait_for(0ms) != std::future_status::ready) store_.write();
  EXPECT_EQ(store_.withdrawn(), std::vector{auth::sha256("key")});
}

TEST_F(CallActorTest, a_hang_up_waits_for_room_on_a_full_disk) {
  place(1h);
  auto created = first_reply_.get_future();
  while (created.wait_for(0ms) != std::future_status::ready) store_.write();

  auto hung_up = command(2, call::DeleteCommand{});
  while (!store_.write(std::make_error_code(std::errc::no_space_on_device))) {
  }
  EXPECT_EQ(hung_up.wait_for(50ms), std::future_status::timeout);  // a refusal would not take that long
  while (hung_up.wait_for(0ms) != std::future_status::ready) store_.write();
  EXPECT_TRUE(std::holds_alternative<call::Accepted>(hung_up.get()));
}

TEST_F(CallActorTest, what_can_be_taken_back_is_answered_500_at_once_by_a_full_disk) {
  place(1h);
  auto created = first_reply_.get_future();
  while (created.wait_for(0ms) != std::future_status::ready)
    store_.write(std::make_error_code(std::errc::no_space_on_device));
  EXPECT_TRUE(std::holds_alternative<call::CommandFailure>(created.get()));
}

TEST_F(CallActorTest, a_disk_that_stalls_is_answered_500_once_and_the_call_ends_when_it_is_back) {
  place(1ms);
  const auto reply = first_reply_.get_future().get();  // nothing has been written
  const auto* failure = std::get_if<call::CommandFailure>(&reply);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->kind, call::CommandFailure::Kind::internal);

  auto over = over_.get_future();
  while (over.wait_for(0ms) != std::future_status::ready) store_.write();
  EXPECT_EQ(replies_, 1);
}

/// A call on a clock that only runs when the test lets it.
class PolledActorTest : public ActorStage {
 protected:
  PolledActorTest() {
    call::OutgoingCall order;
    order.leg = {id_, leg_};
    order.context.request = call::RequestId(1);
    actor_->post_create(
        [order](const call::Stamp& stamp) { return call::Call::outgoing(order, call::CallSetup{}, stamp); });
  }
  void run_until_over() {
    while (!over_) {
      context_.restart();
      context_.poll();
      store_.write();
    }
  }

  boost::asio::io_context context_;
  bool over_ = false;
  const call::LegId leg_{1};
  std::shared_ptr<CallActor> actor_ = std::make_shared<CallActor>(
      context_.get_executor(), ports(), metrics_, id_, "", [this](call::CallId) { over_ = true; });
};

TEST_F(PolledActorTest, an_invite_that_waits_for_its_row_does_not_leave_behind_the_hang_up) {
  actor_->post(call::MediaInput{leg_, call::SessionOpened{}});
  actor_->post(call::ServerStopping{});
  actor_->post(call::MediaInput{leg_, call::SessionClosed{}});
  run_until_over();
  EXPECT_EQ(signaling_.invites, 0);
  EXPECT_EQ(signaling_.hang_ups, 0);
}

TEST_F(PolledActorTest, nothing_of_a_call_that_is_over_waits_on) {
  actor_->post(call::MediaInput{leg_, call::SessionOpened{}});
  actor_->post(call::SignalInput{leg_, call::LegAnswered{}});  // from here on it may last a day
  actor_->post(call::SignalInput{leg_, call::LegHungUp{}});
  actor_->post(call::MediaInput{leg_, call::SessionClosed{}});
  run_until_over();
  actor_.reset();
  context_.restart();
  context_.run_for(10s);  // returns at once if there is nothing to wait for
  EXPECT_TRUE(context_.stopped());
}

}  // namespace
}  // namespace tonearm::app
