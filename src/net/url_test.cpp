#include "net/url.hpp"

#include <gtest/gtest.h>

namespace tonearm::net {
namespace {

TEST(Url, is_cut_into_what_a_request_needs) {
  const auto url = Url::parse("HTTPS://Bot.Example.COM:9443/api/calls?id=1%20x#part");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "bot.example.com");
  EXPECT_EQ(url->port, 9443);
  EXPECT_EQ(url->target, "/api/calls?id=1%20x");
  EXPECT_EQ(url->authority(), "bot.example.com:9443");
}

TEST(Url, default_ports_and_paths_are_filled_in_and_left_out_again) {
  EXPECT_EQ(Url::parse("http://example.com")->to_string(), "http://example.com/");
  EXPECT_EQ(Url::parse("https://example.com:443/x")->to_string(), "https://example.com/x");
  EXPECT_EQ(Url::parse("http://example.com?q=1")->target, "/?q=1");
}

TEST(Url, ipv6_literals_lose_and_regain_their_brackets) {
  const auto url = Url::parse("http://[::1]:8080/a");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:8080");
}

TEST(Url, refuses_everything_that_is_no_absolute_web_address) {
  for (const char* text :
       {"", "/relative", "ftp://example.com/", "file:///etc/passwd", "http://", "http:///x",
        "http://user:pw@example.com/", "http://example.com:0/", "http://example.com:99999/",
        "http://exa mple.com/", "http://example.com/\r\nHost: x", "javascript:alert(1)"})
    EXPECT_FALSE(Url::parse(text)) << text;
  EXPECT_FALSE(Url::parse("http://example.com/" + std::string(9000, 'a')));
}

TEST(Url, a_redirect_to_another_host_or_with_escapes_is_read_and_does_no_harm) {
  const auto base = Url::parse("https://bot.example.com/a/b?c=%41").value();
  EXPECT_EQ(base.resolve("//other.example.com:8443/x")->to_string(), "https://other.example.com:8443/x");
  EXPECT_EQ(base.resolve("http://other.example.com/a%2fb?c=%2f")->target, "/a%2fb?c=%2f");
  for (const char* reference : {"//x%41/", "a/../../b%2f", "%2f%2e%2e", "?%41", "#%41", "//", "///x",
                                "//:80/", "http:", "https:?x", "../%2f%2f", "//[::1]/%00", "//a@b/%2f"}) {
    const auto resolved = base.resolve(reference);
    EXPECT_TRUE(!resolved || resolved->target.starts_with('/')) << reference;
  }
}

TEST(Url, refuses_hosts_that_are_an_address_to_one_reader_and_a_name_to_another) {
  for (const char* host : {"127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433",
                           "127.0.0.1.", "127.0.0.256", "a.0x1", "%31%32%37.0.0.1", "127.0.0.1%00",
                           "ex%61mple.com", "a b", ".", "a..", "a+b.example.com", "1", "1.2.3.4.example.com"})
    EXPECT_FALSE(Url::parse(std::string("http://") + host + "/")) << host;
  for (const char* host :
       {"127.0.0.1", "example.com", "example.com.", "3com.example.com", "3cx", "7f00aa", "my_bot.example.com",
        "xn--bcher-kva.example", "[::1]", "[::ffff:127.0.0.1]", "localhost"})
    EXPECT_TRUE(Url::parse(std::string("http://") + host + "/")) << host;
}

TEST(Url, redirect_targets_may_be_absolute_or_relative) {
  const auto url = Url::parse("http://example.com/a/b?x=1").value();
  EXPECT_EQ(url.resolve("https://other.example.com/c")->to_string(), "https://other.example.com/c");
  EXPECT_EQ(url.resolve("/c?y=2")->to_string(), "http://example.com/c?y=2");
  EXPECT_EQ(url.resolve("c")->to_string(), "http://example.com/a/c");
  EXPECT_EQ(url.resolve("//other.example.com/c")->to_string(), "http://other.example.com/c");
  EXPECT_FALSE(url.resolve("ftp://example.com/"));
}

TEST(Url, redirect_targets_may_go_up_and_beyond_the_top) {
  const auto url = Url::parse("http://example.com/a/b/c?x=1").value();
  EXPECT_EQ(url.resolve("../x/./y?z#f")->to_string(), "http://example.com/a/x/y?z");
  EXPECT_EQ(url.resolve("../../../../x")->to_string(), "http://example.com/x");
  EXPECT_EQ(url.resolve(".")->to_string(), "http://example.com/a/b/");
  EXPECT_EQ(url.resolve("/a/../b")->to_string(), "http://example.com/b");
  EXPECT_EQ(url.resolve("https://other.example.com/a/../b/.")->to_string(), "https://other.example.com/b/");
  EXPECT_EQ(url.resolve("#f")->to_string(), "http://example.com/a/b/c?x=1");
  EXPECT_EQ(url.resolve("")->to_string(), "http://example.com/a/b/c?x=1");
  EXPECT_EQ(url.resolve("?y")->to_string(), "http://example.com/a/b/c?y");
  EXPECT_EQ(url.resolve("./d:e/..")->to_string(), "http://example.com/a/b/");
}

TEST(Url, what_ends_with_its_scheme_is_refused) {
  const auto url = Url::parse("http://example.com/").value();
  for (const char* text : {"x:", "http:", "https:", "http:/", "http:x", ":", "1:", "x:y"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
    EXPECT_FALSE(url.resolve(text)) << text;
  }
}

}  // namespace
}  // namespace tonearm::net
