#include "config/load.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/errc.hpp"

namespace tonearm::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kApplication = R"(
[[application]]
name = "ivr"
id = "00000000-0000-4000-8000-000000000001"
tenant = "00000000-0000-4000-8000-0000000000aa"
webhook = "http://127.0.0.1:9000/api/calls"
addresses = ["ivr"]
)";

base::Result<Settings> read(const std::string& text, const Environment& environment = {}, bool dev = false) {
  return load_text(text, "tonearm.toml", environment, dev);
}

Settings accepted(const std::string& text, const Environment& environment = {}, bool dev = false) {
  auto settings = read(text, environment, dev);
  EXPECT_TRUE(settings) << settings.error().message();
  return settings ? *settings : Settings{};
}

std::string refused(const std::string& text, const Environment& environment = {}, bool dev = false) {
  const auto settings = read(text, environment, dev);
  return settings ? "accepted" : settings.error().context;
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::filesystem::path file(const std::string& name, const std::string& content) const {
    std::ofstream(path() / name) << content;
    return path() / name;
  }
  [[nodiscard]] std::filesystem::path path() const { return path_; }

 private:
  std::string path_ = "/tmp/tonearm-config-XXXXXX";
};

TEST(Load, an_empty_file_means_the_defaults) {
  const Settings settings = accepted("");
  EXPECT_EQ(settings.server, ServerSettings{});
  EXPECT_EQ(settings.sip, SipSettings{});
  EXPECT_FALSE(settings.dev);
}

TEST(Load, without_a_file_it_says_what_to_do) {
  const auto settings = load(std::nullopt, {}, false);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ConfigErrc::no_file);
  EXPECT_THAT(settings.error().message(), HasSubstr("--dev"));
}

TEST(Load, a_file_that_cannot_be_read_is_named) {
  for (const char* path : {"/nonexistent/tonearm.toml", "/tmp"}) {
    const auto settings = load(path, {}, false);
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().code, ConfigErrc::unreadable);
    EXPECT_THAT(settings.error().message(), HasSubstr(path));
  }
}

TEST(Load, a_file_is_read_from_disk) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(load(directory.file("empty.toml", ""), {}, false));
  const auto settings = load(directory.file("t.toml", "[sip]\nrealm = \"contoso\"\n"), {}, false);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->sip.realm, "contoso");
}

TEST(Load, broken_toml_carries_its_line) {
  const auto settings = read("[sip]\nrealm = \n");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ConfigErrc::syntax);
  EXPECT_THAT(settings.error().context, HasSubstr("tonearm.toml:2"));
}

TEST(Load, what_is_no_utf8_is_refused_with_its_line) {
  for (const char* bytes :
       {"\xad", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xf4\x90\x80\x80"}) {
    const auto settings = read(std::string("# ä€😀\nx = '''a\n") + bytes + "'''\n");
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().code, ConfigErrc::syntax);
    EXPECT_EQ(settings.error().context, "tonearm.toml:3: this is no UTF-8");
  }
  EXPECT_THAT(refused("# ä€😀\n[sip]\nrealm = \"é\"\n"), Not(HasSubstr("UTF-8")));
}

TEST(Load, an_unknown_key_is_refused_with_line_and_nearest_name) {
  EXPECT_THAT(refused("[sip]\n\nlistn = []"),
              HasSubstr("tonearm.toml:3: sip.listn is an unknown key; did you mean \"listen\"?"));
  EXPECT_THAT(refused("[sip]\nzzzzzz = 1"), AllOf(HasSubstr("unknown key"), Not(HasSubstr("did you mean"))));
}

TEST(Load, an_unknown_section_is_refused_with_nearest_name) {
  EXPECT_THAT(refused("[sipp]\nopen = true"), HasSubstr("did you mean \"sip\"?"));
  EXPECT_THAT(refused("open = true"), HasSubstr("open is an unknown section"));
}

TEST(Load, all_problems_are_told_at_once) {
  EXPECT_THAT(refused("[sip]\nopen = 1\n[media]\nports = \"1-2\"\n"),
              AllOf(HasSubstr("tonearm.toml:2: sip.open"), HasSubstr("tonearm.toml:4: media.ports")));
}

TEST(Load, wrong_types_are_refused_with_a_remedy) {
  EXPECT_THAT(refused("[sip]\nopen = \"true\""), HasSubstr("must be true or false, without quotes"));
  EXPECT_THAT(refused("[calls]\nmax = \"3\""), HasSubstr("must be a whole number, without quotes"));
  EXPECT_THAT(refused("[calls]\nmax = 1.5"), HasSubstr("must be a whole number"));
  EXPECT_THAT(refused("[server]\ndrain = 120"), HasSubstr("must be a duration such as"));
  EXPECT_THAT(refused("[http]\nbody_max = \"1MB\""), HasSubstr("must be a size such as"));
  EXPECT_THAT(refused("[server]\nhttp = [\"localhost:80\"]"), HasSubstr("must be an address and port"));
  EXPECT_THAT(refused("[prompts]\nallow_networks = [\"10.0.0.1/8\"]"), HasSubstr("must be a network"));
  EXPECT_THAT(refused("[log]\nlevel = 1979-05-27"), HasSubstr("must be a text"));
  EXPECT_THAT(refused("[log]\nlevel = \"inof\""), HasSubstr("did you mean \"info\"?"));
  EXPECT_THAT(refused("[storage]\ndurability = \"ful\""), HasSubstr("did you mean \"full\"?"));
  EXPECT_THAT(refused("sip = 3"), HasSubstr("write [sip]"));
  EXPECT_THAT(refused("[application]\nname = \"x\""), HasSubstr("write [[application]]"));
}

struct Limit {
  const char* section;
  const char* key;
  const char* least;
  const char* below;  ///< nullptr: nothing smaller can be written
  const char* most;
  const char* above;
};

class Limits : public testing::TestWithParam<Limit> {};

TEST_P(Limits, hold_at_the_limit_and_refuse_one_past_it) {
  const Limit& limit = GetParam();
  const auto text = [&](const char* value) {
    return std::string("[") + limit.section + "]\n" + limit.key + " = " + value;
  };
  EXPECT_EQ(refused(text(limit.least)), "accepted");
  EXPECT_EQ(refused(text(limit.most)), "accepted");
  if (limit.below != nullptr) {
    EXPECT_THAT(refused(text(limit.below)), HasSubstr("tonearm.toml:2: "));
  }
  EXPECT_THAT(refused(text(limit.above)), HasSubstr("tonearm.toml:2: "));
}

INSTANTIATE_TEST_SUITE_P(
    all, Limits,
    testing::Values(Limit{"server", "drain", R"("0s")", nullptr, R"("24h")", R"("86400001ms")"},
                    Limit{"server", "threads", "1", "0", "256", "257"},
                    Limit{"http", "body_max", R"("1KiB")", R"("1023B")", R"("64MiB")", R"("65537KiB")"},
                    Limit{"http", "header_max", R"("1KiB")", R"("1023B")", R"("1MiB")", R"("1025KiB")"},
                    Limit{"http", "timeout", R"("100ms")", R"("99ms")", R"("10m")", R"("600001ms")"},
                    Limit{"http", "repeat_window", R"("0s")", nullptr, R"("24h")", R"("86400001ms")"},
                    Limit{"http", "connections_max", "1", "0", "1000000", "1000001"},
                    Limit{"sip", "expires_min", R"("1s")", R"("999ms")", R"("1h")", R"("3600001ms")"},
                    Limit{"sip", "expires_max", R"("60s")", R"("59s")", R"("24h")", R"("86400001ms")"},
                    Limit{"media", "threads", "1", "0", "256", "257"},
                    Limit{"media", "ports", R"("1024-1025")", R"("1023-1024")", R"("65534-65535")",
                          R"("65535-65536")"},
                    Limit{"media", "timeout", R"("1s")", R"("999ms")", R"("24h")", R"("86400001ms")"}));

INSTANTIATE_TEST_SUITE_P(
    more, Limits,
    testing::Values(
        Limit{"calls", "max", "0", "-1", "1000000", "1000001"},
        Limit{"calls", "queue_max", "1", "0", "10000", "10001"},
        Limit{"calls", "answer_timeout", R"("1s")", R"("999ms")", R"("5m")", R"("300001ms")"},
        Limit{"calls", "keepalive_timeout", R"("1s")", R"("999ms")", R"("24h")", R"("86400001ms")"},
        Limit{"calls", "duration_max", R"("1s")", R"("999ms")", R"("7d")", R"("604800001ms")"},
        Limit{"calls", "ringing_timeout", R"("1s")", R"("999ms")", R"("10m")", R"("600001ms")"},
        Limit{"prompts", "size_max", R"("1KiB")", R"("1023B")", R"("4GiB")", R"("4097MiB")"},
        Limit{"prompts", "cache_size", R"("1MiB")", R"("1023KiB")", R"("1024GiB")", R"("1025GiB")"},
        Limit{"prompts", "timeout", R"("100ms")", R"("99ms")", R"("5m")", R"("300001ms")"},
        Limit{"recordings", "keep", R"("0s")", nullptr, R"("30d")", R"("2592000001ms")"},
        Limit{"recordings", "keep_undelivered", R"("0s")", nullptr, R"("30d")", R"("31d")"},
        Limit{"recordings", "disk_max", R"("1MiB")", R"("1023KiB")", R"("1024TiB")", R"("1025TiB")"},
        Limit{"notifications", "timeout", R"("100ms")", R"("99ms")", R"("2m")", R"("120001ms")"},
        Limit{"notifications", "retry_for", R"("0s")", nullptr, R"("7d")", R"("8d")"},
        Limit{"notifications", "dead_bot_after", R"("1s")", R"("999ms")", R"("24h")", R"("86400001ms")"},
        Limit{"events", "keep", R"("0s")", nullptr, R"("365d")", R"("366d")"}));

TEST(Load, environment_wins_over_the_file) {
  const Settings settings =
      accepted("[sip]\nrealm = \"file\"\nopen = false", {{"TONEARM_SIP_REALM", "environment"},
                                                         {"TONEARM_SIP_OPEN", "true"},
                                                         {"TONEARM_CALLS_MAX", "7"},
                                                         {"TONEARM_SERVER_THREADS", "2"},
                                                         {"TONEARM_SERVER_HTTP", "127.0.0.1:0,[::1]:0"}});
  EXPECT_EQ(settings.sip.realm, "environment");
  EXPECT_TRUE(settings.sip.open);
  EXPECT_EQ(settings.calls.max, 7);
  EXPECT_EQ(settings.server.threads.count, 2);
  EXPECT_THAT(settings.server.http, ElementsAre(base::Endpoint{"127.0.0.1", 0}, base::Endpoint{"::1", 0}));
}

TEST(Load, an_empty_variable_empties_a_list) {
  EXPECT_THAT(accepted("", {{"TONEARM_SIP_LISTEN", ""}}).sip.listen, IsEmpty());
}

TEST(Load, a_wrong_variable_is_named) {
  EXPECT_THAT(refused("", {{"TONEARM_CALLS_MAX", "many"}}),
              HasSubstr("TONEARM_CALLS_MAX: calls.max must be"));
  EXPECT_THAT(refused("", {{"TONEARM_SIP_LISTN", "x"}}),
              HasSubstr("TONEARM_SIP_LISTN is an unknown setting; did you mean \"TONEARM_SIP_LISTEN\"?"));
  EXPECT_THAT(refused("", {{"TONEARM_APPLICATION_IVR_SECRET", "x"}}), HasSubstr("unknown setting"));
}

TEST(Load, variables_of_others_are_left_alone) {
  EXPECT_EQ(refused("", {{"TONEARM_PROPERTY_RUNS", "7"}, {"TONEARM_CLIENT_SECRET", "x"}}), "accepted");
}

TEST(Secrets, come_from_text_variable_or_file) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("secret", "from file\n").string();
  const std::string application = kApplication;
  EXPECT_EQ(accepted(application + "secret = \"written\"").applications.at(0).secret.reveal(), "written");
  EXPECT_EQ(accepted(application + "secret_file = \"" + path + "\"").applications.at(0).secret.reveal(),
            "from file");
  EXPECT_EQ(accepted(application + "secret = \"written\"", {{"TONEARM_APPLICATION_IVR_SECRET", "variable"}})
                .applications.at(0)
                .secret.reveal(),
            "variable");
  EXPECT_EQ(accepted(application, {{"TONEARM_APPLICATION_IVR_SECRET_FILE", path}})
                .applications.at(0)
                .secret.reveal(),
            "from file");
  EXPECT_EQ(accepted("", {{"TONEARM_ADMIN_TOKEN", "t"}}).admin.token.reveal(), "t");
}

TEST(Secrets, two_sources_a_missing_and_an_empty_file_are_refused) {
  const TemporaryDirectory directory;
  const std::string application = kApplication;
  const std::string empty = directory.file("empty", "\n").string();
  EXPECT_THAT(refused(application + "secret = \"a\"\nsecret_file = \"b\""),
              HasSubstr("are both given; keep one"));
  EXPECT_THAT(refused(application + "secret_file = \"/nonexistent\""), HasSubstr("cannot be read"));
  EXPECT_THAT(refused(application + "secret_file = \"" + directory.path().string() + "\""),
              HasSubstr("cannot be read"));
  EXPECT_THAT(refused(application + "secret_file = \"" + empty + "\""), HasSubstr("is empty"));
}

TEST(Secrets, never_stand_in_an_error) {
  EXPECT_THAT(refused(std::string(kApplication) + "secret = \"hunter2\"\nsecret_file = \"x\""),
              Not(HasSubstr("hunter2")));
}

TEST(PublicUrl, follows_the_first_listener_unless_written) {
  EXPECT_EQ(accepted("[server]\nhttp = [\"[::1]:9090\"]").server.public_url, "http://[::1]:9090");
  EXPECT_EQ(accepted("[server]\nhttp = [\"127.0.0.1:0\"]").server.public_url, "");
  EXPECT_EQ(accepted("[server]\npublic_url = \"https://calls.example.com/\"").server.public_url,
            "https://calls.example.com");
}

TEST(Consistency, what_belongs_together_is_asked_for) {
  EXPECT_THAT(refused("[server]\nhttp = []"), HasSubstr("needs a listener"));
  EXPECT_THAT(refused("[server]\nhttp = [\"0.0.0.0:8080\"]"), HasSubstr("public_url"));
  EXPECT_THAT(refused("[server]\nhttps = [\"127.0.0.1:8443\"]"),
              HasSubstr("needs tls_certificate and tls_key"));
  EXPECT_THAT(refused("[server]\ntls_key = \"k.pem\""), HasSubstr("together"));
  EXPECT_THAT(refused("[admin]\nlisten = [\"192.0.2.1:8081\"]"), HasSubstr("is not loopback"));
  EXPECT_THAT(refused("[sip]\nlisten = [\"udp:0.0.0.0:5060\"]"), HasSubstr("sip.public_address"));
  EXPECT_THAT(refused("[media]\naddress = \"0.0.0.0\""), HasSubstr("media.public_address"));
  const auto everywhere = accepted(
      "[sip]\nlisten = [\"udp:0.0.0.0:5060\"]\npublic_address = \"192.0.2.1\"\n[media]\naddress = "
      "\"0.0.0.0\"");
  EXPECT_EQ(everywhere.sip.listen.front().endpoint.address, "0.0.0.0");
  EXPECT_THAT(refused("[sip]\nexpires_min = \"2h\""),
              HasSubstr("sip.expires_min makes the shortest registration (2h)"));
  EXPECT_THAT(refused("[media]\ncodecs = []"), HasSubstr("at least one codec"));
  EXPECT_THAT(refused("[[trunk]]\nname = \"carrier\""), HasSubstr("does nothing"));
  EXPECT_THAT(refused("[[trunk]]\nname = \"c\"\nsources = [\"192.0.2.1\"]\nvia = \"udp:192.0.2.9:5060\""),
              HasSubstr("must be one of sip.listen"));
}

TEST(Consistency, a_trunk_that_calls_out_knows_where_to_and_as_whom) {
  const std::string inbound = "[[trunk]]\nname = \"c\"\nsources = [\"192.0.2.1\"]\n";
  const std::string outbound = "[[trunk]]\nname = \"c\"\nuri = \"sip:192.0.2.1\"\n";
  EXPECT_THAT(refused(inbound + "register = true"),
              AllOf(HasSubstr("trunk.c.register needs uri"), HasSubstr("trunk.c.register needs username")));
  EXPECT_THAT(refused(inbound + "numbers = [\"+\"]"), HasSubstr("trunk.c.numbers needs uri"));
  EXPECT_THAT(refused(outbound + "password = \"x\""), HasSubstr("trunk.c.password needs username"));
  EXPECT_THAT(refused(outbound + "transport = \"tcp\"\nvia = \"udp:127.0.0.1:5060\""),
              HasSubstr("has another protocol than transport"));
  const auto settings = accepted(outbound + "username = \"contoso\"\npassword = \"x\"\nregister = true\n");
  EXPECT_TRUE(settings.trunks.front().register_);
}

TEST(Consistency, an_application_needs_name_id_tenant_and_webhook) {
  EXPECT_THAT(
      refused("[[application]]\naddresses = [\"a\"]"),
      AllOf(HasSubstr("application.#1.name is missing"), HasSubstr("application.#1.id is missing"),
            HasSubstr("application.#1.tenant is missing"), HasSubstr("application.#1.webhook is missing")));
}

TEST(Consistency, two_applications_share_neither_id_nor_address) {
  std::string other = kApplication;
  other.replace(other.find("\"ivr\""), 5, "\"desk\"");
  EXPECT_THAT(refused(kApplication + other), AllOf(HasSubstr("application.desk.id must be unique"),
                                                   HasSubstr("application.desk.addresses must be")));
}

std::string issuer_at(const std::string& url, const std::string& name = "idp") {
  return "[[issuer]]\nname = \"" + name + "\"\nurl = \"" + url + "\"\naudience = [\"api://tonearm\"]\n";
}

TEST(Issuers, have_a_name_an_address_and_an_audience) {
  const auto settings =
      accepted(issuer_at("https://idp.example.com/bots") + issuer_at("http://127.0.0.1:9001", "test"));
  ASSERT_EQ(settings.issuers.size(), 2u);
  EXPECT_EQ(settings.issuers[0].url, "https://idp.example.com/bots");
  EXPECT_EQ(settings.issuers[0].audience, std::vector<std::string>{"api://tonearm"});
  EXPECT_THAT(refused("[[issuer]]\n"),
              AllOf(HasSubstr("issuer.#1.name is missing"), HasSubstr("issuer.#1.url is missing"),
                    HasSubstr("issuer.#1.audience is missing")));
}

TEST(Issuers, are_asked_for_their_keys_by_https_but_on_loopback) {
  for (const char* url :
       {"https://idp.example.com", "http://localhost:9001/x", "http://[::1]", "http://127.0.0.1/"})
    EXPECT_EQ(accepted(issuer_at(url)).issuers[0].url, url);
  for (const char* url : {"http://idp.example.com", "http://127.0.0.1.example.com",
                          "http://localhost.example.com/x", "http://192.0.2.1"})
    EXPECT_THAT(refused(issuer_at(url)), HasSubstr("issuer.idp.url must be https")) << url;
  EXPECT_THAT(refused(issuer_at("https://idp.example.com/.well-known/openid-configuration")),
              HasSubstr("issuer.idp.url ends before /.well-known/openid-configuration"));
}

TEST(Issuers, differ_in_name_and_address) {
  EXPECT_THAT(refused(issuer_at("https://one.example.com") + issuer_at("https://two.example.com")),
              HasSubstr("issuer.idp.name must be unique"));
  EXPECT_THAT(refused(issuer_at("https://one.example.com") + issuer_at("https://one.example.com/", "two")),
              HasSubstr("issuer.two.url must be unique"));
}

TEST(NotBuilt, is_refused_by_name_until_it_is) {
  EXPECT_THAT(refused("[sip]\nlisten = [\"tls:127.0.0.1:5061\"]"), HasSubstr("not built yet"));
  EXPECT_THAT(refused("[media]\ncodecs = [\"PCMU\", \"opus\"]"), HasSubstr("\"opus\" is not built yet"));
  EXPECT_THAT(refused("[media]\ncodecs = [\"G722\"]"), HasSubstr("\"G722\" is not built yet"));
  const std::string trunk = "[[trunk]]\nname = \"c\"\nsources = [\"192.0.2.1\"]\n";
  EXPECT_THAT(refused(trunk + "srtp = \"optional\""),
              HasSubstr("tonearm.toml:4: trunk.c.srtp is not built yet"));
  EXPECT_THAT(refused(trunk + "transport = \"tls\""), HasSubstr("not built yet"));
}

TEST(Users, a_user_has_an_address_or_a_password_to_register_with) {
  const std::string user = "[[user]]\nid = \"00000000-0000-4000-8000-000000000101\"\nname = \"Ada\"\n";
  EXPECT_THAT(refused(user), HasSubstr("or a password to register with"));
  EXPECT_EQ(accepted(user + "password = \"x\"").users.front().password.reveal(), "x");
  EXPECT_FALSE(accepted(user + "sip = \"sip:ada@127.0.0.1:5070\"").users.front().sip.empty());
}

TEST(Users, the_digest_name_is_the_first_thing_known) {
  UserSettings user;
  user.name = "Ada";
  user.sip = "sip:192.0.2.1";
  EXPECT_EQ(digest_name(user), "Ada");
  user.sip = "sip:ada@192.0.2.1";
  EXPECT_EQ(digest_name(user), "ada");
  user.username = "a1";
  EXPECT_EQ(digest_name(user), "a1");
}

TEST(Dev, opens_what_a_first_try_needs) {
  const Settings settings = accepted(kApplication, {}, true);
  EXPECT_TRUE(settings.dev);
  EXPECT_THAT(settings.server.https, ElementsAre(base::Endpoint{"127.0.0.1", 8443}));
  EXPECT_EQ(settings.server.drain, 0s);
  EXPECT_TRUE(settings.sip.open);
  EXPECT_TRUE(settings.notifications.allow_http);
  EXPECT_TRUE(settings.prompts.allow_networks.at(0).contains("127.0.0.1"));
  EXPECT_TRUE(settings.notifications.allow_networks.at(1).contains("::1"));
  EXPECT_THAT(settings.applications.at(0).may_call, ElementsAre("*"));
  EXPECT_TRUE(settings.dev_environment.empty());
}

TEST(Dev, what_is_written_still_wins) {
  const Settings settings = accepted("[server]\nhttps = []\ndrain = \"5s\"\n[sip]\nopen = false", {}, true);
  EXPECT_THAT(settings.server.https, IsEmpty());
  EXPECT_EQ(settings.server.drain, 5s);
  EXPECT_FALSE(settings.sip.open);
}

TEST(Dev, sip_stays_closed_beyond_loopback) {
  EXPECT_FALSE(accepted("[sip]\nlisten = [\"udp:192.0.2.1:5060\"]", {}, true).sip.open);
}

TEST(Dev, without_a_file_it_makes_a_bot_with_a_private_secret_that_stays) {
  const TemporaryDirectory directory;
  const Environment environment{{"TONEARM_SERVER_DATA_DIR", (directory.path() / "var").string()}};
  const auto first = load(std::nullopt, environment, true);
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_EQ(first->applications.size(), 1U);
  EXPECT_EQ(first->applications[0].name, "demo");
  EXPECT_EQ(first->applications[0].secret.reveal().size(), 64U);

  struct stat status {};
  ASSERT_EQ(::stat(first->dev_environment.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  const auto second = load(std::nullopt, environment, true);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->applications[0].secret.reveal(), first->applications[0].secret.reveal());
}

TEST(Dev, a_data_dir_that_cannot_be_made_is_an_error) {
  const auto settings = load(std::nullopt, {{"TONEARM_SERVER_DATA_DIR", "/proc/tonearm"}}, true);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ConfigErrc::dev_secret);
}

}  // namespace
}  // namespace tonearm::config
