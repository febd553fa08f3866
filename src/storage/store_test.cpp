#include "storage/store.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/errc.hpp"
#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;

StoreOptions options_for(const std::filesystem::path& directory) {
  StoreOptions options;
  options.data_dir = directory;
  return options;
}

call::OperationView ended_play() {
  call::OperationView play;
  play.id = call::OperationId(base::Guid::random());
  play.kind = call::OperationKind::play;
  play.status = call::OperationStatus::failed;
  play.client_context = "context \"quoted\" \xc3\xa9";
  play.ending = call::OperationEnding{call::EndReason::prompt_download_failed, "timed out"};
  play.number = call::OperationNumber(7);
  play.queue_position = 2;
  play.prompts = {{"https://files.example.com/a.wav", "greeting", 3},
                  {"http://files.example.com/b.wav", "", 1}};
  play.media_duration = 1240ms;
  play.recording = call::RecordingAccess{"https://files.example.com/r/1", ""};
  play.notice = call::NotificationNumber(9);
  return play;
}

call::OperationView completed_cancel() {
  call::OperationView cancel;
  cancel.id = call::OperationId(base::Guid::random());
  cancel.kind = call::OperationKind::cancel_media_processing;
  cancel.status = call::OperationStatus::completed;
  cancel.stop_latency = 87us;
  cancel.cancelled = {call::OperationId(base::Guid::random()), call::OperationId(base::Guid::random())};
  return cancel;
}

void expect_equal(const call::OperationView& a, const call::OperationView& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.client_context, b.client_context);
  EXPECT_EQ(a.ending, b.ending);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.queue_position, b.queue_position);
  EXPECT_EQ(a.prompts, b.prompts);
  EXPECT_EQ(a.media_duration, b.media_duration);
  EXPECT_EQ(a.recording, b.recording);
  EXPECT_EQ(a.stop_latency, b.stop_latency);
  EXPECT_EQ(a.cancelled, b.cancelled);
  EXPECT_EQ(a.notice, b.notice);
}

void expect_equal(const call::CallSnapshot& a, const call::CallSnapshot& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.direction, b.direction);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.callback_uri, b.callback_uri);
  EXPECT_EQ(a.chain_id, b.chain_id);
  EXPECT_EQ(a.my_participant, b.my_participant);
  EXPECT_EQ(a.source_participant, b.source_participant);
  EXPECT_EQ(a.modalities, b.modalities);
  EXPECT_EQ(a.prefetch_media, b.prefetch_media);
  EXPECT_EQ(a.audio_active, b.audio_active);
  EXPECT_EQ(a.audio_was_active, b.audio_was_active);
  ASSERT_EQ(a.tone.has_value(), b.tone.has_value());
  if (a.tone) {
    EXPECT_EQ(a.tone->sequence_id, b.tone->sequence_id);
    EXPECT_EQ(a.tone->tone, b.tone->tone);
  }
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.gone, b.gone);
  EXPECT_EQ(a.record.created, b.record.created);
  EXPECT_EQ(a.record.established, b.record.established);
}

TEST(Store, a_call_comes_back_with_every_field_and_operation) {
  const TemporaryDir directory;
  auto call = some_call();
  call->direction = call::CallDirection::outgoing;
  call->owner.application_instance = "instance";
  call->my_participant = call::ParticipantId(base::Guid::random());
  call->source_participant = call::ParticipantId(base::Guid::random());
  call->modalities = {"audio", "video"};
  call->prefetch_media = {{"https://files.example.com/p.wav", "p", 1}};
  call->audio_active = call->audio_was_active = true;
  call->tone = call::ToneInfo{4, call::Tone::pound};
  call->end = call::CallEnd{call::CallEndReason::sip_refusal, 488, "no codec"};
  call->record.created = base::WallTime(1'700'000'000s);
  call->record.established = base::WallTime(1'700'000'005s);
  const auto play = ended_play();
  const auto cancel = completed_cancel();
  {
    auto store = open_store(directory.path());
    auto commit = some_commit(call, 1, 5);
    commit.rows.operations = {play, cancel};
    commit.rows.dialogs = {{call::LegId(2), "of the target"}, {call::LegId(1), "dialog\nwith lines"}};
    ASSERT_FALSE(commit_and_wait(*store, std::move(commit)));
  }
  const auto alive = open_store(directory.path())->load_alive();
  ASSERT_EQ(alive.size(), 1u);
  expect_equal(*alive[0].call, *call);
  EXPECT_EQ(alive[0].dialogs, (std::vector<std::string>{"dialog\nwith lines", "of the target"}));
  EXPECT_EQ(alive[0].last_notification, call::NotificationNumber(5));
  ASSERT_EQ(alive[0].call->operations.size(), 2u);
  expect_equal(alive[0].call->operations.at(play.id), play);
  expect_equal(alive[0].call->operations.at(cancel.id), cancel);
}

TEST(Store, a_later_step_replaces_what_changed_and_keeps_the_dialog) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  auto first = some_commit(call, 1, 1);
  first.rows.dialogs = {{call::LegId(1), "dialog"}};
  commit_and_wait(*store, std::move(first));
  const auto later = std::make_shared<call::CallSnapshot>(*call);
  later->state = call::CallState::terminating;
  commit_and_wait(*store, some_commit(later, 2, 2));

  const auto alive = store->load_alive();
  ASSERT_EQ(alive.size(), 1u);
  EXPECT_EQ(alive[0].call->state, call::CallState::terminating);
  EXPECT_EQ(alive[0].dialogs, std::vector<std::string>{"dialog"});
  EXPECT_EQ(alive[0].last_notification, call::NotificationNumber(2));
}

TEST(Store, the_dialog_of_a_call_that_an_older_version_wrote_is_that_of_its_first_leg) {
  const TemporaryDir directory;
  commit_and_wait(*open_store(directory.path()), some_commit(some_call(), 1, 1));
  {
    Database database(directory.database(), Database::Mode::read_write);
    database.require("DROP TABLE answers");
    database.require("DROP TABLE dialogs");
    database.require("ALTER TABLE calls ADD COLUMN dialog TEXT NOT NULL DEFAULT ''");
    database.require("UPDATE calls SET dialog = 'of long ago'");
    database.require("PRAGMA user_version = 4");
  }
  const auto alive = open_store(directory.path())->load_alive();
  ASSERT_EQ(alive.size(), 1u);
  EXPECT_EQ(alive[0].dialogs, std::vector<std::string>{"of long ago"});
}

TEST(Store, a_notification_comes_back_byte_for_byte) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  auto commit = some_commit(call, 1, 1);
  call::OutboxRow& row = commit.outbox[0];
  row.body = std::string("{\"a\":\"\xc3\xa9\",\"nul\":\"") + '\0' + "\"}";
  row.configured_url = row.ending = row.call_end = true;
  const call::OutboxRow written = row;
  commit_and_wait(*store, std::move(commit));

  const auto read = load_and_wait(*store, call->id, 1);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->message_id, written.message_id);
  EXPECT_EQ(read->application, written.application);
  EXPECT_EQ(read->tenant, written.tenant);
  EXPECT_EQ(read->chain_id, written.chain_id);
  EXPECT_EQ(read->url, written.url);
  EXPECT_EQ(read->body, written.body);
  EXPECT_EQ(read->created, written.created);
  EXPECT_TRUE(read->configured_url && read->ending && read->call_end);
  EXPECT_FALSE(load_and_wait(*store, call->id, 2));
}

TEST(Store, pending_notifications_are_those_neither_delivered_nor_parked_in_order) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  for (const std::uint64_t number : {1, 2, 3, 4, 10})
    commit_and_wait(*store, some_commit(call, number, number));
  store->mark_delivered(call->id, call::NotificationNumber(1));
  store->mark_parked(call->id, call::NotificationNumber(3), {"403", 1});
  flush(*store);

  const auto pending = store->load_pending();
  ASSERT_EQ(pending.size(), 3u);
  EXPECT_EQ(pending[0].number.value, 2u);
  EXPECT_EQ(pending[1].number.value, 4u);
  EXPECT_EQ(pending[2].number.value, 10u);
  EXPECT_FALSE(load_and_wait(*store, call->id, 3));
}

TEST(Store, a_call_that_is_over_is_not_alive_and_goes_with_its_last_notification) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  auto last = some_commit(call, 1, 1);
  last.rows.operations = {ended_play()};
  last.rows.call_over = true;
  commit_and_wait(*store, std::move(last));
  EXPECT_TRUE(store->load_alive().empty());

  Database database(directory.database(), Database::Mode::read_only);
  EXPECT_EQ(database.number("SELECT count(*) FROM calls"), 1);
  store->mark_delivered(call->id, call::NotificationNumber(1));
  flush(*store);
  EXPECT_EQ(database.number("SELECT count(*) FROM calls"), 0);
  EXPECT_EQ(database.number("SELECT count(*) FROM operations"), 0);
  EXPECT_EQ(database.number("SELECT count(*) FROM outbox"), 0);
}

TEST(Store, a_parked_notification_stays_for_people_when_its_call_is_gone) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  auto last = some_commit(call, 1, 1);
  last.rows.call_over = true;
  commit_and_wait(*store, std::move(last));
  store->mark_parked(call->id, call::NotificationNumber(1), {"answered 410", 1});
  flush(*store);

  Database database(directory.database(), Database::Mode::read_only);
  EXPECT_EQ(database.number("SELECT count(*) FROM calls"), 0);
  EXPECT_EQ(database.text("SELECT parked_because FROM outbox"), "answered 410");
}

TEST(Store, parked_notifications_are_removed_after_their_time) {
  const TemporaryDir directory;
  const auto call = some_call();
  {
    auto store = open_store(directory.path());
    commit_and_wait(*store, some_commit(call, 1, 1));
    store->mark_parked(call->id, call::NotificationNumber(1), {"answered 410", 1});
  }
  WriterOptions writer;
  writer.keep_parked = std::chrono::hours(0);
  auto store = open_store(directory.path(), writer);
  flush(*store);
  Database database(directory.database(), Database::Mode::read_only);
  EXPECT_EQ(database.number("SELECT count(*) FROM outbox"), 0);
}

TEST(Store, a_second_server_is_refused_and_told_who_holds_the_directory) {
  const TemporaryDir directory;
  auto first = open_store(directory.path());
  const auto second = Store::open(options_for(directory.path()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, StorageErrc::in_use);
  EXPECT_NE(second.error().context.find(std::to_string(::getpid())), std::string::npos);
  first.reset();
  EXPECT_TRUE(Store::open(options_for(directory.path())));
}

TEST(Store, a_file_that_is_no_database_is_refused_with_a_remedy) {
  const TemporaryDir directory;
  std::ofstream(directory.database()) << std::string(8192, 'x');
  const auto store = Store::open(options_for(directory.path()));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, StorageErrc::corrupt);
  EXPECT_NE(store.error().context.find("move it"), std::string::npos);
}

TEST(Store, a_damaged_page_is_refused_at_the_start) {
  const TemporaryDir directory;
  {
    auto store = open_store(directory.path());
    for (int i = 0; i < 50; ++i) commit_and_wait(*store, some_commit(some_call(), 1, 1));
  }
  std::fstream file(directory.database(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096, '\x55');
  file.close();
  const auto store = Store::open(options_for(directory.path()));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, StorageErrc::corrupt);
}

TEST(Store, the_database_of_another_program_is_left_alone) {
  const TemporaryDir directory;
  Database(directory.database(), Database::Mode::read_write).require("CREATE TABLE songs(name TEXT)");
  const auto store = Store::open(options_for(directory.path()));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, StorageErrc::foreign_database);
}

TEST(Store, a_newer_schema_is_refused) {
  const TemporaryDir directory;
  open_store(directory.path()).reset();
  Database(directory.database(), Database::Mode::read_write).require("PRAGMA user_version = 999");
  const auto store = Store::open(options_for(directory.path()));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, StorageErrc::newer_schema);
}

TEST(Store, a_directory_that_cannot_be_made_is_refused) {
  const TemporaryDir directory;
  std::ofstream(directory.path() / "file") << "x";
  const auto store = Store::open(options_for(directory.path() / "file" / "data"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, StorageErrc::unusable_directory);
}

TEST(Store, a_read_only_directory_is_refused) {
  const TemporaryDir directory;
  ASSERT_EQ(::chmod(directory.path().c_str(), 0555), 0);
  const pid_t child = ::fork();
  if (child == 0) {  // root ignores the mode: try as nobody
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(3);
    const auto store = Store::open(options_for(directory.path()));
    ::_exit(!store && store.error().code == StorageErrc::unusable_directory ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Store, its_file_is_for_this_user_only) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  commit_and_wait(*store, some_commit(some_call(), 1, 1));
  for (const char* suffix : {"", "-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat((directory.database().string() + suffix).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

}  // namespace
}  // namespace tonearm::storage
