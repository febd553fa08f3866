#include <optional>

#include <gtest/gtest.h>

#include "sip/digest.hpp"
#include "sip/test_stack.hpp"

// Phones that register and call in with a password, over loopback sockets.

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using testing::header;
using testing::kMedia;
using testing::Peer;
using testing::Reports;

constexpr int kPatience = 10'000;  // [ms] for what must come
constexpr const char* kUdp = "udp:127.0.0.1:0";
constexpr const char* kTcp = "tcp:127.0.0.1:0";
constexpr const char* kOffer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
const call::LegRef kLeg{call::CallId(base::Guid::random()), call::LegId(1)};

Directory directory() {
  Directory made;
  made.applications = {{"ivr", "tenant", {"ivr"}}};
  made.users = {{"id-ada", "Ada", "ada", {}, false, base::Secret("secret of Ada")}};
  return made;
}

/// A server with a user "ada", who has a password, and an application "ivr"; strangers are not let in.
class Server {
 public:
  explicit Server(std::vector<const char*> listen = {kUdp}, Registrations::Limits limits = {60s, 3600s}) {
    AgentSettings settings;
    for (const char* address : listen) settings.listen.push_back(*ListenAddress::parse(address));
    settings.directory = directory();
    settings.registration = limits;
    AgentHooks hooks;
    hooks.trace = [this](const TracedMessage& message) {
      const std::lock_guard lock(mutex_);
      traced_ += message.text;
    };
    auto opened = CallLegs::open(std::move(settings), std::move(hooks), reports);
    EXPECT_TRUE(opened);
    legs = std::move(*opened);
    reports.answered = [this](call::LegRef leg) { legs->post_ack(leg); };
  }

  [[nodiscard]] const base::Endpoint& at(std::size_t listener = 0) const {
    return legs->listening()[listener].endpoint;
  }
  std::string traced() {
    const std::lock_guard lock(mutex_);
    return traced_;
  }
  /// Waits for the number of registrations to become this.
  [[nodiscard]] bool has_registrations(std::size_t count) const {
    for (int i = 0; i < kPatience / 10; ++i) {
      if (legs->metrics().registrations() == count) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  void invite_ada() const {
    legs->post_invite(kLeg, {{}, {}, {call::Party::Kind::user, "id-ada", {}, {}}, kMedia});
  }

  Reports reports;

 private:
  std::mutex mutex_;  // guards traced_
  std::string traced_;

 public:
  std::unique_ptr<CallLegs> legs;  // last: what it traces to is still there when it goes
};

/// A phone that knows a name and a password.
class Line {
 public:
  Line(const base::Endpoint& server, int type, std::string user = "ada",
       std::string password = "secret of Ada")
      : peer(server.address, type, server),
        contact("sip:" + user + "@" + peer.local().to_string()),
        server_(server),
        transport_(type == SOCK_DGRAM ? "UDP" : "TCP"),
        user_(std::move(user)),
        password_(std::move(password)) {}

  [[nodiscard]] std::string request(const std::string& method, const std::string& extra,
                                    const std::string& body = {}) {
    const std::string target = method == "REGISTER" ? server_.to_string() : "ivr@" + server_.to_string();
    const std::string to = method == "REGISTER" ? user_ + "@" + server_.address : target;
    ++cseq_;
    return fmt::format(
        "{0} sip:{1} SIP/2.0\r\nVia: SIP/2.0/{2} {3};branch=z9hG4bK{4}{5};rport\r\nMax-Forwards: 70\r\n"
        "From: <sip:{6}@{7}>;tag=phone\r\nTo: <sip:{8}>\r\nCall-ID: {4}\r\nCSeq: {5} {0}\r\n{9}{10}"
        "Content-Length: {11}\r\n\r\n{12}",
        method, target, transport_, peer.local().to_string(), call_id, cseq_, user_, server_.address, to,
        extra, body.empty() ? "" : "Content-Type: application/sdp\r\n", body.size(), body);
  }

  [[nodiscard]] std::string credentials(const std::string& method, const std::string& challenge,
                                        unsigned count = 1) const {
    const auto start = challenge.find("nonce=\"") + 7;
    DigestCredentials made{
        DigestAlgorithm::md5, user_, "tonearm", challenge.substr(start, challenge.find('"', start) - start),
        "sip:tonearm",        {},    "c",       fmt::format("{:08x}", count)};
    return fmt::format(
        "Authorization: Digest username=\"{}\", realm=\"tonearm\", nonce=\"{}\", uri=\"{}\", "
        "response=\"{}\", "
        "cnonce=\"c\", nc={}, qop=auth\r\n",
        user_, made.nonce, made.uri, expected_response(made, method, base::Secret(password_)),
        made.nonce_count);
  }

  /// The final answer to a request that answers one challenge.
  std::string proven(const std::string& method, const std::string& extra, const std::string& body = {}) {
    peer.send(request(method, extra, body));
    std::string challenge = peer.expect("SIP/2.0 ", kPatience);
    if (challenge.find("SIP/2.0 401") == std::string::npos) return challenge;
    last_ = request(method, extra + credentials(method, challenge), body);
    peer.send(last_);
    return peer.expect("SIP/2.0 ", kPatience);
  }
  std::string enrol(const std::string& parameters = ";expires=120") {
    return proven("REGISTER", fmt::format("Contact: <{}>{}\r\n", contact, parameters));
  }
  void repeat() const { peer.send(last_); }

  /// 200 to a request of the server.
  void accept(const std::string& request_text, const std::string& body = {}) const {
    const std::string to = header(request_text, "To");
    peer.send(fmt::format(
        "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {}{}\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: "
        "<{}>\r\n{}Content-Length: {}\r\n\r\n{}",
        header(request_text, "Via"), header(request_text, "From"), to,
        to.find("tag=") == std::string::npos ? ";tag=phone" : "", header(request_text, "Call-ID"),
        header(request_text, "CSeq"), contact, body.empty() ? "" : "Content-Type: application/sdp\r\n",
        body.size(), body));
  }

  Peer peer;
  std::string contact;
  std::string call_id = "call-" + base::Guid::random().to_string();

 private:
  base::Endpoint server_;
  std::string transport_;
  std::string user_;
  std::string password_;
  std::string last_;
  int cseq_ = 0;
};

bool is(const std::string& response, int status) {
  return response.starts_with("SIP/2.0 " + std::to_string(status));
}

TEST(registrar, a_phone_registers_with_its_password_and_learns_its_contacts) {
  Server server;
  Line phone(server.at(), SOCK_DGRAM);
  const std::string ok = phone.enrol();
  ASSERT_TRUE(is(ok, 200)) << ok;
  EXPECT_EQ(header(ok, "Contact"), "<" + phone.contact + ">;expires=120");
  EXPECT_TRUE(server.has_registrations(1));
  EXPECT_TRUE(is(phone.enrol(";expires=0"), 200));
  EXPECT_TRUE(server.has_registrations(0));
}

TEST(registrar, a_repeated_request_gets_the_same_answer_and_no_new_challenge) {
  Server server;
  Line phone(server.at(), SOCK_DGRAM);
  const std::string ok = phone.enrol();
  phone.repeat();
  EXPECT_EQ(phone.peer.receive(kPatience), ok);
}

TEST(registrar, refusals_come_after_the_password_and_say_why) {
  Server server;
  Line phone(server.at(), SOCK_DGRAM);
  const std::string brief = phone.enrol(";expires=59");
  EXPECT_TRUE(is(brief, 423));
  EXPECT_EQ(header(brief, "Min-Expires"), "60");
  EXPECT_TRUE(is(phone.proven("REGISTER", "Contact: <tel:+14255550100>\r\n"), 400));
  EXPECT_TRUE(is(phone.proven("REGISTER", "Contact: sip:ada@127.0.0.1?Route=%3Csip:x%3E\r\n"), 400));
  EXPECT_TRUE(is(phone.proven("REGISTER", "Contact: *\r\nExpires: 60\r\n"), 400));
  EXPECT_TRUE(is(phone.proven("REGISTER", "Require: path\r\n"), 420));
  EXPECT_TRUE(server.has_registrations(0));
}

TEST(registrar, nobody_registers_for_somebody_else_nor_with_a_wrong_password) {
  Server server;
  Line eve(server.at(), SOCK_DGRAM, "eve");
  EXPECT_TRUE(is(eve.enrol(), 401));
  Line guess(server.at(), SOCK_DGRAM, "ada", "wrong");
  EXPECT_TRUE(is(guess.enrol(), 401));
  EXPECT_EQ(server.legs->metrics().failures(AuthFailure::wrong), 2u);
  Line ada(server.at(), SOCK_DGRAM);
  ada.peer.send(ada.request("REGISTER", ""));
  const std::string challenge = ada.peer.receive(kPatience);
  std::string other = ada.request("REGISTER", ada.credentials("REGISTER", challenge));
  other.replace(other.find("To: <sip:ada@"), 13, "To: <sip:bob@");
  ada.peer.send(other);
  EXPECT_TRUE(is(ada.peer.receive(kPatience), 403));
  EXPECT_TRUE(server.has_registrations(0));
}

TEST(registrar, guessing_ends_in_503_with_a_time) {
  Server server;
  Line guess(server.at(), SOCK_DGRAM, "ada", "wrong");
  for (int i = 0; i < 11; ++i) EXPECT_TRUE(is(guess.enrol(), 401));
  const std::string held = guess.enrol();
  EXPECT_TRUE(is(held, 503));
  EXPECT_FALSE(header(held, "Retry-After").empty());
  EXPECT_EQ(server.legs->metrics().failures(AuthFailure::held_back), 1u);
}

TEST(registrar, passwords_and_what_is_made_of_them_are_in_no_trace) {
  Server server;
  Line phone(server.at(), SOCK_DGRAM);
  ASSERT_TRUE(is(phone.enrol(), 200));
  EXPECT_NE(server.traced().find("Authorization: (removed)"), std::string::npos);
  EXPECT_EQ(server.traced().find("response="), std::string::npos);
  EXPECT_EQ(server.traced().find("secret of Ada"), std::string::npos);
}

TEST(registrar, a_registration_ends_with_its_time) {
  Server server({kUdp}, {1s, 3600s});
  Line phone(server.at(), SOCK_DGRAM);
  ASSERT_TRUE(is(phone.enrol(";expires=1"), 200));
  EXPECT_TRUE(server.has_registrations(0));
  server.invite_ada();
  EXPECT_TRUE(server.reports.next_signal<call::LegFailed>());
}

TEST(registrar, a_reload_keeps_the_phones_of_those_who_stay) {
  Server server;
  Line phone(server.at(), SOCK_DGRAM);
  ASSERT_TRUE(is(phone.enrol(), 200));
  Directory changed = directory();
  changed.users.push_back({"id-bob", "Bob", "bob", {}, false, base::Secret("x")});
  server.legs->post_directory(changed);
  server.invite_ada();
  EXPECT_FALSE(phone.peer.expect("INVITE", kPatience).empty());
  changed.users.erase(changed.users.begin());
  server.legs->post_directory(changed);
  EXPECT_TRUE(server.has_registrations(0));
}

TEST(registrar, a_phone_behind_nat_is_called_where_it_registered_from) {
  Server server;
  Line phone(server.at(), SOCK_DGRAM);
  phone.contact = "sip:ada@10.0.0.7:5060";
  ASSERT_TRUE(is(phone.enrol(), 200));
  server.invite_ada();
  const std::string invite = phone.peer.expect("INVITE", kPatience);
  EXPECT_TRUE(invite.starts_with("INVITE sip:ada@10.0.0.7:5060 SIP/2.0\r\n")) << invite;
}

TEST(registrar, a_phone_that_registered_over_tcp_is_called_over_its_connection) {
  Server server({kUdp, kTcp});
  Line phone(server.at(1), SOCK_STREAM);
  phone.contact = "sip:ada@127.0.0.1:9;transport=tcp";  // where nobody listens
  ASSERT_TRUE(is(phone.enrol(), 200));
  server.invite_ada();
  const std::string invite = phone.peer.expect("INVITE", kPatience);
  ASSERT_FALSE(invite.empty());
  phone.accept(invite, kOffer);
  EXPECT_FALSE(phone.peer.expect("ACK", kPatience).empty());
  EXPECT_TRUE(server.reports.next_signal<call::LegAnswered>());
  server.legs->post_hang_up(kLeg);
  phone.accept(phone.peer.expect("BYE", kPatience));
}

TEST(registrar, what_was_registered_over_a_connection_goes_with_it) {
  Server server({kTcp});
  std::optional<Line> phone(std::in_place, server.at(), SOCK_STREAM);
  ASSERT_TRUE(is(phone->enrol(), 200));
  EXPECT_TRUE(server.has_registrations(1));
  phone.reset();
  EXPECT_TRUE(server.has_registrations(0));
  Line again(server.at(), SOCK_STREAM);
  EXPECT_TRUE(is(again.enrol(), 200));
  EXPECT_TRUE(server.has_registrations(1));
}

TEST(registrar, a_call_with_the_password_comes_from_the_user) {
  for (const auto& [listen, type] : {std::pair(kUdp, SOCK_DGRAM), std::pair(kTcp, SOCK_STREAM)}) {
    Server server({listen});
    Line phone(server.at(), type);
    const std::string contact = fmt::format("Contact: <{}>\r\n", phone.contact);
    EXPECT_TRUE(is(phone.proven("INVITE", contact, kOffer), 100));
    const auto invite = server.reports.next_invite();
    ASSERT_TRUE(invite);
    EXPECT_EQ(invite->source, (call::Party{call::Party::Kind::user, "id-ada", "Ada", "tenant"}));
    phone.repeat();  // is absorbed by the transaction
    server.legs->post_reject(invite->leg, 486, "busy", {});
    EXPECT_FALSE(phone.peer.expect("486", kPatience).empty());
  }
}

TEST(registrar, a_call_without_the_password_is_no_call) {
  Server server;
  for (const char* user : {"ada", "nobody"}) {
    Line stranger(server.at(), SOCK_DGRAM, user, "wrong");
    EXPECT_TRUE(
        is(stranger.proven("INVITE", fmt::format("Contact: <{}>\r\n", stranger.contact), kOffer), 401));
  }
  EXPECT_EQ(server.legs->sessions(), 0u);
}

/// A port of the phone's that accepts one connection.
class Listening {
 public:
  Listening() {
    sockaddr_storage own{};
    socklen_t length = 0;
    (void)base::Endpoint{"127.0.0.1", 0}.to_sockaddr(own, length);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&own), length);
    ::listen(socket_, 1);
    length = sizeof own;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &length);
    at_ = base::Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&own));
  }
  ~Listening() {
    ::close(connection_);
    ::close(socket_);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  [[nodiscard]] const base::Endpoint& at() const { return at_; }
  /// The first bytes of the first connection.
  std::string receive() {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, kPatience) != 1) return {};
    connection_ = ::accept(socket_, nullptr, nullptr);
    pollfd readable{connection_, POLLIN, 0};
    if (::poll(&readable, 1, kPatience) != 1) return {};
    char bytes[65536];
    const auto count = ::recv(connection_, bytes, sizeof bytes, 0);
    return count <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(count));
  }

 private:
  int socket_ = -1;
  int connection_ = -1;
  base::Endpoint at_;
};

TEST(tcp, a_call_outlives_its_connection_and_bye_opens_another_to_contact) {
  Server server({kTcp});
  Listening home;
  std::optional<Line> phone(std::in_place, server.at(), SOCK_STREAM);
  phone->contact = fmt::format("sip:ada@{};transport=tcp", home.at().to_string());
  const std::string contact = fmt::format("Contact: <{}>\r\n", phone->contact);
  ASSERT_TRUE(is(phone->proven("INVITE", contact, kOffer), 100));
  const auto invite = server.reports.next_invite();
  ASSERT_TRUE(invite);
  server.legs->post_answer(invite->leg, kMedia);
  const std::string ok = phone->peer.expect("200", kPatience);
  std::string ack = phone->request("ACK", "");
  ack.replace(ack.find("To: <sip:ivr@"), ack.find("\r\nCall-ID") - ack.find("To: <sip:ivr@"),
              "To: " + header(ok, "To"));
  const auto cseq = ack.find("CSeq: ");
  ack.replace(cseq, ack.find("\r\n", cseq) - cseq, "CSeq: 2 ACK");
  phone->peer.send(ack);
  ASSERT_TRUE(server.reports.next_signal<call::LegAcked>());
  phone.reset();
  server.legs->post_hang_up(invite->leg);
  EXPECT_TRUE(home.receive().starts_with("BYE "));
}

TEST(tcp, a_large_request_leaves_udp_for_a_target_that_listens_and_returns_for_one_that_does_not) {
  Server server({kUdp, kTcp});
  Line phone(server.at(), SOCK_DGRAM);
  phone.contact = fmt::format("sip:ada@{};x={}", phone.peer.local().to_string(), std::string(450, 'x'));
  ASSERT_TRUE(is(phone.enrol(), 200));
  server.invite_ada();
  const std::string by_udp = phone.peer.expect("INVITE", kPatience);
  EXPECT_GT(by_udp.size(), 1300u);
  EXPECT_NE(header(by_udp, "Via").find("SIP/2.0/UDP"), std::string::npos);

  Listening home;
  ASSERT_TRUE(is(phone.enrol(";expires=0"), 200));
  phone.contact = fmt::format("sip:ada@{};x={}", home.at().to_string(), std::string(450, 'x'));
  ASSERT_TRUE(is(phone.enrol(), 200));
  server.legs->post_invite({call::CallId(base::Guid::random()), call::LegId(1)},
                           {{}, {}, {call::Party::Kind::user, "id-ada", {}, {}}, kMedia});
  EXPECT_NE(header(home.receive(), "Via").find("SIP/2.0/TCP"), std::string::npos);
}

}  // namespace
}  // namespace tonearm::sip
