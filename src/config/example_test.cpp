#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "config/document.hpp"
#include "config/load.hpp"
#include "config/schema.hpp"

namespace tonearm::config {
namespace {

std::string example() {
  std::ifstream file(TONEARM_EXAMPLE_FILE);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A `#` directly before a letter or bracket takes a setting out; before a blank it begins a remark.
std::string with_entries() {
  std::istringstream lines(example());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool taken_out = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (taken_out ? line.substr(1) : line) + "\n";
  }
  return text;
}

/// Lists `section.key` of the schema.
struct KeyLister {
  std::set<std::string> keys;
  std::string place;

  template <class T, class... Rule>
  void operator()(std::string_view key, T&, Rule...) {
    keys.insert(place + "." + std::string(key));
  }
  /// Where a secret may stand, the example shows its file.
  void operator()(std::string_view key, base::Secret&) {
    keys.insert(place + "." + std::string(key) + "_file");
  }

  template <class Section>
  void section(std::string_view name, Section& section) {
    place = name;
    describe(*this, section);
  }
  template <class Entry>
  void entries(std::string_view name, std::vector<Entry>&) {
    Entry entry;
    section(name, entry);
  }
};

std::set<std::string> written_keys(const Table& document) {
  std::set<std::string> keys;
  for (const auto& [section, value] : document) {
    const auto* list = std::get_if<Array>(&value.data);
    const Table& table = std::get<Table>(list != nullptr ? list->at(0).data : value.data);
    for (const auto& [key, unused] : table) keys.insert(section + "." + key);
  }
  return keys;
}

TEST(Example, says_exactly_the_defaults) {
  const auto settings = load(TONEARM_EXAMPLE_FILE, {}, false);
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->server, ServerSettings{});
  EXPECT_EQ(settings->admin.listen, AdminSettings{}.listen);
  EXPECT_TRUE(settings->admin.token.empty());
  EXPECT_EQ(settings->http, HttpSettings{});
  EXPECT_EQ(settings->sip, SipSettings{});
  EXPECT_EQ(settings->media, MediaSettings{});
  EXPECT_EQ(settings->calls, CallSettings{});
  EXPECT_EQ(settings->prompts, PromptSettings{});
  EXPECT_EQ(settings->storage, StorageSettings{});
  EXPECT_EQ(settings->recordings, RecordingSettings{});
  EXPECT_EQ(settings->notifications, NotificationSettings{});
  EXPECT_EQ(settings->quality, QualitySettings{});
  EXPECT_EQ(settings->events, EventSettings{});
  EXPECT_EQ(settings->limits, LimitSettings{});
  EXPECT_EQ(settings->log, LogSettings{});
  EXPECT_EQ(settings->dropin, DropinSettings{});
  EXPECT_TRUE(settings->applications.empty());
}

TEST(Example, names_every_key_and_no_other) {
  const auto document = parse_document(with_entries(), "example");
  ASSERT_TRUE(document) << document.error().message();
  KeyLister lister;
  Settings settings;
  describe_all(lister, settings);
  EXPECT_EQ(written_keys(*document), lister.keys);
}

TEST(Example, its_entries_are_valid_but_for_what_is_not_built) {
  std::string text = with_entries();
  text.resize(text.find("# Somebody else"));
  text.replace(text.find("\"/run/secrets/ivr\""), 18, "\"\"");
  const auto settings = load_text(text, "example", {}, false);
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->applications.at(0).roles.size(), 2U);
  EXPECT_EQ(settings->users.at(0).sip, "sip:ada@127.0.0.1:5070");
  EXPECT_EQ(settings->trunks.at(0).numbers.at(0), "+");
}

TEST(Example, every_setting_has_its_comment) {
  std::istringstream lines(with_entries());
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" = ") == std::string::npos || line.starts_with("#")) continue;
    EXPECT_NE(line.find(" # "), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace tonearm::config
