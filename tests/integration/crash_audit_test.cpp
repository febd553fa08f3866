#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>

#include "eventually.hpp"
#include "faults.hpp"
#include "histories.hpp"
#include "recording_peer.hpp"
#include "server_fixture.hpp"
#include "sip_callee.hpp"
#include "storage/sqlite.hpp"

// The server is killed at random moments in the middle of everything, started again, and asked to account for
// it.

namespace tonearm::testing {
namespace {

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";
constexpr const char* kDesk = "00000000-0000-4000-8000-000000000102";

std::string user(const char* id, const char* name, const SipCallee& phone) {
  return std::string("[[user]]\nid = \"") + id + "\"\nname = \"" + name + "\"\nusername = \"" + name +
         "\"\nsip = \"" + phone.contact() + "\"\n";
}
constexpr std::size_t kBusyCalls = 4;

/// Kills in `./dev test --full`, else the short form.
int kills() {
  return std::getenv("TONEARM_FULL") != nullptr ? 200 : 10;
}

/// What the server has said yes to. Threading: thread-safe.
class Ledger {
 public:
  void operation(const std::string& call, const ApiAnswer& answer) {
    if (answer.status() != 200) return;
    const std::lock_guard lock(mutex_);
    operations_.emplace(call, answer.id());
  }
  void call(const std::string& id) {
    const std::lock_guard lock(mutex_);
    calls_.insert(id);
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return operations_.size() + calls_.size();
  }
  /// What has not ended by what was told.
  [[nodiscard]] std::vector<std::string> missing(const std::map<std::string, History>& told) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> open;
    const auto history = [&](const std::string& call) {
      const auto found = told.find(call);
      return found == told.end() ? History{} : found->second;
    };
    for (const auto& [call, operation] : operations_) {
      if (!history(call).ended.contains(operation))
        open.push_back("operation " + operation + " of call " + call);
    }
    for (const std::string& call : calls_) {
      if (!history(call).over) open.push_back("call " + call);
    }
    return open;
  }

 private:
  mutable std::mutex mutex_;  // guards both
  std::set<std::pair<std::string, std::string>> operations_;
  std::set<std::string> calls_;
};

/// A bot with a bad day: one notification in ten is refused, one in ten is thought about for long.
std::function<int(const Heard&)> moody(unsigned seed) {
  return [seed, count = std::make_shared<std::atomic<unsigned>>(0)](const Heard&) {
    std::mt19937 chance(seed + ++*count);
    const unsigned mood = chance() % 10;
    if (mood == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20 + chance() % 150));
    return mood == 1 ? 503 : 202;
  };
}

/// Runs `work` again and again until told to stop or until the server is gone.
template <class Work>
std::jthread again_and_again(Work work) {
  return std::jthread([work = std::move(work)](const std::stop_token& stop) mutable {
    try {
      while (!stop.stop_requested() && work()) {
      }
    } catch (const std::runtime_error&) {
      return;  // killed in mid-request
    }
  });
}

/// One thing after another in one call, as a bot that has lost its mind would ask for it.
auto busy_with(ApiClient& api, const std::string& call, Bot& bot, Ledger& ledger, unsigned seed) {
  return [&, call, chance = std::mt19937(seed)]() mutable {
    ApiAnswer answer;
    switch (chance() % 6) {
      case 0:
        answer = api.cancel(call);
        return answer.status() != 0;
      case 1:
        answer = api.request("POST", "/" + call + "/recordResponse",
                             R"({"playBeep":false,"maxRecordDurationInSeconds":60,"bargeInAllowed":true})");
        break;
      case 2:
        answer = api.play(call, bot.url("/long.wav"));
        break;
      default:
        answer = api.play(call, bot.url("/short.wav"));
    }
    ledger.operation(call, answer);
    return answer.status() != 0;
  };
}

/// A life of the server: what it is asked to do until it is killed.
class Life {
 public:
  Life(const Listeners& at, Bot& bot, SipCallee& ada, SipCallee& desk, Ledger& ledger, unsigned seed)
      : at_(at), bot_(bot), ada_(ada), desk_(desk), ledger_(ledger), api_(at.http, token_for(at)) {
    for (unsigned i = 0; i < kBusyCalls; ++i) callers_.push_back(std::make_unique<Whistler>(at, bot));
    for (unsigned i = 0; i < kBusyCalls; ++i) {
      Whistler& caller = *callers_[i];
      ledger.call(caller.id);
      threads_.push_back(again_and_again(busy_with(caller.api, caller.id, bot, ledger, seed + i)));
    }
    threads_.push_back(again_and_again([this] { return somebody_calls(); }));
    threads_.push_back(again_and_again([this] { return ada_is_called(); }));
  }
  ~Life() {
    for (auto& thread : threads_) thread.request_stop();
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  /// The threads end by themselves when the server has.
  void end() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
  }
  /// Phones whose call was up, and that nobody has hung up, in words.
  [[nodiscard]] std::vector<std::string> left_in_dead_calls() const {
    std::vector<std::string> left = left_callees(ada_);
    std::ranges::move(left_callees(desk_), std::back_inserter(left));
    const auto look_at = [&](const SipPhone& phone) {
      if (is_left(phone)) left.push_back("a caller, Call-ID " + phone.call_id());
    };
    for (const auto& caller : callers_) look_at(caller->phone);
    for (const auto& phone : newcomers_) look_at(*phone);
    return left;
  }

 private:
  static bool is_left(const SipPhone& phone) {
    bool up = false;
    for (const SipText& message : phone.log()) {
      if (message.status() == 200 && message.method() == "INVITE") up = true;
      if (message.status() == 0 && message.method() == "BYE") return false;
    }
    return up;
  }

  /// Calls that this phone answered, whose answer was acknowledged, and that nobody has hung up.
  static std::vector<std::string> left_callees(const SipCallee& phone) {
    std::set<std::string> up;
    for (const SipText& message : phone.log()) {
      if (message.method() == "ACK") up.insert(message.header("Call-ID"));
    }
    for (const SipText& message : phone.log()) {
      if (message.status() == 0 && message.method() == "BYE") up.erase(message.header("Call-ID"));
    }
    std::vector<std::string> left;
    for (const std::string& call_id : up) left.push_back("a called phone, Call-ID " + call_id);
    return left;
  }

  /// Rings, is answered by the bot or sent on, and stays.
  bool somebody_calls() {
    newcomers_.push_back(std::make_unique<SipPhone>(at_.sip));
    SipPhone& phone = *newcomers_.back();
    phone.send_invite("ivr", phone.sdp());
    const std::string call = bot_.wait_incoming(500ms);
    if (call.empty()) return false;  // nobody is there any more
    ledger_.call(call);
    const bool taken =
        newcomers_.size() % 3 == 0 ? is_sent_on(call) : api_.answer(call, bot_.url()).status() == 202;
    if (!taken) return false;
    if (!phone.wait_status(200, "INVITE", 500ms)) return false;
    phone.send_ack();
    return true;
  }

  /// The desk takes it.
  bool is_sent_on(const std::string& call) {
    const std::string target =
        R"({"targets":[{"identity":{"user":{"id":")" + std::string(kDesk) + R"("}}}]})";
    if (api_.request("POST", "/" + call + "/redirect", target).status() != 202) return false;
    if (!desk_.wait_invite(500ms)) return false;
    desk_.answer();
    return desk_.wait_request("ACK", 500ms).has_value();
  }

  /// Ada answers, and is hung up by the bot.
  bool ada_is_called() {
    ApiClient api(at_.http, api_.token());
    const auto created = api.request("POST", "",
                                     R"({"@odata.type":"#microsoft.graph.call","callbackUri":")" +
                                         bot_.url() + R"(","targets":[{"identity":{"user":{"id":")" + kAda +
                                         R"("}}}],"requestedModalities":["audio"],"mediaConfig":)"
                                         R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
    if (created.status() != 201) return false;
    ledger_.call(created.id());
    if (!ada_.wait_invite(500ms)) return false;
    ada_.answer();
    if (!ada_.wait_request("ACK", 500ms)) return false;
    return api.hang_up(created.id()).status() == 204;
  }

  const Listeners at_;
  Bot& bot_;
  SipCallee& ada_;
  SipCallee& desk_;
  Ledger& ledger_;
  ApiClient api_;
  std::vector<std::unique_ptr<Whistler>> callers_;
  std::vector<std::unique_ptr<SipPhone>> newcomers_;  // of one thread, until `end`
  std::vector<std::jthread> threads_;
};

/// Each recording that was told of can be had and is as long as was told.
void expect_whole_recordings(const base::Endpoint& api, const std::map<std::string, History>& calls) {
  for (const auto& [call, history] : calls) {
    for (const Heard& end : history.told) {
      if (end.change() != "deleted" || end.type() != "#microsoft.graph.recordOperation") continue;
      const auto had = download_offered(api, end);
      if (!had) continue;  // nothing was heard
      ASSERT_EQ(had->status(), 200) << end.url();
      EXPECT_NEAR(Audio(had->body).seconds(), captured_seconds(end), 0.05) << end.url();
    }
  }
}

/// Files that are neither a recording nor gone.
std::vector<std::string> half_done(const std::filesystem::path& recordings) {
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(recordings)) {
    if (file.path().extension() != ".wav") files.push_back(file.path().filename());
  }
  return files;
}

/// Rows of what is over and was told. Once the server is gone.
std::int64_t rows_left(const std::filesystem::path& file) {
  storage::Database database(file, storage::Database::Mode::read_only);
  return database.number(
      "SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM operations) + (SELECT count(*) FROM "
      "outbox) + (SELECT count(*) FROM dialogs)");
}

class CrashAudit : public ::testing::Test {
 protected:
  /// A life, a death, and the account.
  void kill_once(unsigned seed) {
    Bot bot;
    SipCallee ada;
    SipCallee desk;
    Ledger ledger;
    bot.serve("/short.wav", tone_wav(440, 0.1));
    bot.serve("/long.wav", tone_wav(440, 20.0));
    const std::string users = user(kAda, "ada", ada) + user(kDesk, "desk", desk);
    const std::string toml = test_toml(bot, dir.path() / "data", users);
    Faults faults(dir.path(), dir.path() / "data");
    auto server = std::make_unique<ServerProcess>(toml, dir.path(), faults.environment());
    Life life(server->at(), bot, ada, desk, ledger, seed);
    bot.answer_with(moody(seed));
    std::this_thread::sleep_for(std::chrono::milliseconds(seed % 800));  // the moment
    if (seed % 4 == 0) {  // with a disk that hangs, and that does not come back
      faults.disk(Disk::stalled);
      std::this_thread::sleep_for(std::chrono::milliseconds(seed / 4 % 200));
    }
    server->signal(SIGKILL);
    server->wait();
    life.end();

    server = std::make_unique<ServerProcess>(toml, dir.path());
    const auto missing = [&] { return ledger.missing(histories(bot.heard())); };
    EXPECT_TRUE(eventually([&] { return missing().empty(); })) << missing().front();
    EXPECT_TRUE(eventually([&] { return life.left_in_dead_calls().empty(); }))
        << life.left_in_dead_calls().front();
    EXPECT_TRUE(eventually([&] { return metric(server->at(), "tonearm_notifications_pending") == 0; }))
        << metric(server->at(), "tonearm_notifications_pending").value_or(-1);
    const auto calls = histories(bot.heard());
    for (const auto& [call, history] : calls) {
      EXPECT_TRUE(history.over) << call;
      EXPECT_EQ(history.faults, std::vector<std::string>());
      told += history.told.size();
    }
    promised += ledger.size();
    expect_whole_recordings(server->at().http, calls);
    EXPECT_EQ(half_done(dir.path() / "data/recordings"), std::vector<std::string>());
    server->signal(SIGTERM);
    EXPECT_EQ(server->wait(), 0);
    EXPECT_EQ(rows_left(dir.path() / "data/tonearm.db"), 0);
  }

  TempDir dir;
  std::size_t promised = 0;
  std::size_t told = 0;
};

TEST_F(CrashAudit, nothing_is_lost_doubled_or_left_in_a_dead_call_by_kills_at_random_moments) {
  std::random_device random;
  for (int kill = 0; kill < kills() && !HasFailure(); ++kill) {
    const unsigned seed = random();
    SCOPED_TRACE("kill " + std::to_string(kill) + ", seed " + std::to_string(seed));
    kill_once(seed);
  }
  RecordProperty("promises", std::to_string(promised));
  RecordProperty("notifications", std::to_string(told));
}

}  // namespace
}  // namespace tonearm::testing
