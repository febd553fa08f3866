#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sip/call_leg.hpp"
#include "sip/decode.hpp"
#include "sip/decode_register.hpp"
#include "sip/test_peer.hpp"

// The torture messages of RFC 4475, byte for byte, sent to a listening server. What must come of each is the
// table in docs/torture.md, which is read here: what stands there is what is tested.

namespace tonearm::sip {
namespace {

using testing::Peer;

/// A row of the table.
struct Case {
  std::string name;
  std::string section;
  std::vector<std::string> asked;  ///< What the RFC lets an element like us do.
  std::string here;                ///< What we do: a status, "call", "nothing"; "401, then 200" for REGISTER.
  std::string reason;              ///< Why that is none of `asked`; empty if it is one.

  friend void PrintTo(const Case& tested, std::ostream* out) { *out << tested.name; }
  [[nodiscard]] bool passes() const { return std::ranges::find(asked, here) != asked.end(); }
};

std::string whole_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> cells_of(std::string_view line, std::string_view mark) {
  std::vector<std::string> cells;
  while (true) {
    const auto end = std::min(line.find(mark), line.size());
    std::string_view cell = line.substr(0, end);
    while (cell.starts_with(' ')) cell.remove_prefix(1);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    cells.emplace_back(cell);
    if (end == line.size()) return cells;
    line.remove_prefix(end + mark.size());
  }
}

const std::string& page() {
  static const std::string text = whole_file(TONEARM_SOURCE "/docs/torture.md");
  return text;
}

std::vector<Case> table() {
  std::vector<Case> cases;
  for (const std::string& line : cells_of(page(), "\n")) {
    if (!line.starts_with("| `")) continue;
    const auto cells = cells_of(line, "|");  // the first and the last are outside of the table
    if (cells.size() != 7) {
      ADD_FAILURE() << line;
      continue;
    }
    cases.push_back(
        {cells[1].substr(1, cells[1].size() - 2), cells[2], cells_of(cells[3], " or "), cells[4], cells[5]});
  }
  return cases;
}

std::string message_of(const Case& tested) {
  return whole_file(TONEARM_SOURCE "/tests/data/rfc4475/" + tested.name + ".dat");
}

/// Takes every call, and says so.
class Answering final : public call::SignalingListener {
 public:
  void on_invite(call::IncomingInvite invite) override {
    legs.load()->post_reject(invite.leg, 486, "taken", {});
  }
  void on_signal(call::LegRef, call::SignalBody) override {}

  std::atomic<CallLegs*> legs = nullptr;  // the loop runs before it is known
};

/// Answers go to the port that Via names, so the sender is where it says: at 5060 of an address of its own.
/// One of the messages says 5050.
class TortureTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    AgentSettings settings;
    settings.listen = {*ListenAddress::parse("udp:127.0.0.1:0"), *ListenAddress::parse("tcp:127.0.0.1:0")};
    settings.directory.open = true;
    settings.directory.applications = {{"ivr", {}, {"*"}}};
    settings.directory.users = {user("user"), user("j.user"), user("watson")};
    auto opened = CallLegs::open(std::move(settings), {}, listener_);
    ASSERT_TRUE(opened);
    legs_ = std::move(*opened);
    listener_.legs = legs_.get();
  }

  static UserEntry user(const char* name) {
    UserEntry entry;
    entry.username = name;
    entry.id = name;
    entry.password = base::Secret("correct horse");
    return entry;
  }

  /// Of this process alone, so that two test runs do not take each other's ports.
  static std::string own_address() {
    const auto id = static_cast<unsigned>(::getpid());
    return fmt::format("127.{}.{}.{}", 1 + (id >> 14) % 250, (id >> 7) % 128, 1 + id % 128);
  }

  [[nodiscard]] Peer peer(int type, std::uint16_t port) const {
    const auto& server = legs_->listening()[type == SOCK_DGRAM ? 0 : 1].endpoint;
    return Peer(own_address(), type, server, type == SOCK_DGRAM ? port : 0);
  }

  static std::string options(const Peer& peer, const char* transport) {
    return fmt::format(
        "OPTIONS sip:ivr@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{1} {0};branch=z9hG4bKalive;rport\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:ada@{0}>;tag=alive\r\nTo: <sip:ivr@127.0.0.1>\r\nCall-ID: alive\r\n"
        "CSeq: 9 OPTIONS\r\nContent-Length: 0\r\n\r\n",
        peer.local().to_string(), transport);
  }

  /// The statuses that come before the answer to an OPTIONS which is sent behind the message. "closed": the
  /// connection is over, and a new one serves.
  std::vector<std::string> answers_to(const std::string& message) {
    const bool tcp = message.find("SIP/2.0/TCP") < message.find("SIP/2.0/UDP");
    const int type = tcp ? SOCK_STREAM : SOCK_DGRAM;
    const bool other_port = message.find(":5050;") != std::string::npos;
    Peer sender = peer(type, other_port ? 5050 : 5060);
    sender.send(message);
    sender.send(options(sender, tcp ? "TCP" : "UDP"));
    std::vector<std::string> statuses;
    for (std::string text = sender.receive(); !text.empty(); text = sender.receive()) {
      if (testing::header(text, "Call-ID") == "alive") return statuses;
      statuses.push_back(text.substr(8, 3));
    }
    statuses.emplace_back("closed");
    Peer again = peer(type, 5060);
    again.send(options(again, tcp ? "TCP" : "UDP"));
    EXPECT_TRUE(again.receive().starts_with("SIP/2.0 200 ")) << "it serves no more";
    return statuses;
  }

  /// 100 and the refusal of a call that was let in are "call".
  std::string outcome_of(const std::string& message) {
    std::vector<std::string> statuses = answers_to(message);
    std::erase(statuses, "closed");
    if (statuses.empty()) return "nothing";
    if (statuses.front() == "100") return "call";
    EXPECT_EQ(statuses.size(), 1U) << "one request, one answer";
    return statuses.front();
  }

  Answering listener_;
  std::unique_ptr<CallLegs> legs_;
};

/// What the registrar makes of a REGISTER whose sender has proven who it is.
std::string registered(const std::string& text) {
  const Ref<mbuf> buffer(mbuf_alloc(text.size()));
  mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  mbuf_set_pos(buffer.get(), 0);
  sip_msg* raw = nullptr;
  if (sip_msg_decode(&raw, buffer.get()) != 0) return "nothing";
  const Ref<sip_msg> held(raw);
  const auto request = decode(*raw, 0);
  if (!request) return "400";
  const auto wanted = decode_register(*raw, *request);
  if (!wanted) return fmt::format("{}", wanted.error().status);
  Registrations registrations{Registrations::Limits{}};
  const auto refused = registrations.apply("user", *wanted, base::SteadyClock::now());
  return refused ? fmt::format("{}", refused->status) : "200";
}

TEST_P(TortureTest, comes_to_what_the_table_says) {
  const Case& tested = GetParam();
  const std::string message = message_of(tested);
  std::string outcome = outcome_of(message);
  if (outcome == "401") outcome += ", then " + registered(message);
  EXPECT_EQ(outcome, tested.here);
}

TEST_P(TortureTest, differs_from_the_rfc_only_with_a_reason) {
  const Case& tested = GetParam();
  EXPECT_NE(tested.passes(), !tested.reason.empty()) << tested.here << " for " << tested.section;
}

INSTANTIATE_TEST_SUITE_P(Rfc4475, TortureTest, ::testing::ValuesIn(table()),
                         [](const auto& tested) { return tested.param.name; });

TEST(TortureTable, has_every_message_once_and_says_how_many_pass) {
  const auto cases = table();
  std::set<std::string> named;
  for (const Case& tested : cases) EXPECT_TRUE(named.insert(tested.name).second) << tested.name;
  std::set<std::string> there;
  for (const auto& file : std::filesystem::directory_iterator(TONEARM_SOURCE "/tests/data/rfc4475")) {
    if (file.path().extension() == ".dat") there.insert(file.path().stem());
  }
  EXPECT_EQ(named, there);
  EXPECT_EQ(there.size(), 49U);
  const auto passed = std::ranges::count_if(cases, &Case::passes);
  EXPECT_NE(page().find(fmt::format("**{} of 49**", passed)), std::string::npos) << passed;
}

}  // namespace
}  // namespace tonearm::sip
