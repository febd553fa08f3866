#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <system_error>

#include <stdlib.h>

#include "storage/store.hpp"

namespace tonearm::storage::testing {

/// A directory of its own, removed at the end.
class TemporaryDir {
 public:
  TemporaryDir() {
    std::string name = (std::filesystem::temp_directory_path() / "tonearm-storage-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "tonearm.db"; }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<Store> open_store(const std::filesystem::path& directory, WriterOptions writer = {}) {
  StoreOptions options;
  options.data_dir = directory;
  options.writer = std::move(writer);
  auto store = Store::open(std::move(options));
  if (!store) throw std::runtime_error(store.error().message());
  return std::move(*store);
}

inline call::CallId new_call_id() {
  return call::CallId(base::Guid::random());
}

/// A call that is up, as its first commit writes it.
inline std::shared_ptr<call::CallSnapshot> some_call(call::CallId id = new_call_id()) {
  auto call = std::make_shared<call::CallSnapshot>();
  call->id = id;
  call->owner = {call::ApplicationId(base::Guid::random()), call::TenantId(base::Guid::random()), "ivr", ""};
  call->state = call::CallState::established;
  call->source = {call::Party::Kind::phone, "+14255550100", "", ""};
  call->targets = {{call::Party::Kind::application, "ivr", "Contoso", "tenant"}};
  call->callback_uri = "https://bot.example.com/calls";
  call->chain_id = base::Guid::random().to_string();
  return call;
}

inline call::OutboxRow some_row(call::CallId id, std::uint64_t number, std::string body = "{}") {
  call::OutboxRow row;
  row.call = id;
  row.number = call::NotificationNumber(number);
  row.message_id = base::Guid::random();
  row.application = call::ApplicationId(base::Guid::random());
  row.tenant = call::TenantId(base::Guid::random());
  row.chain_id = base::Guid::random().to_string();
  row.url = "https://bot.example.com/calls";
  row.body = std::move(body);
  row.created = base::WallClock::now();
  return row;
}

inline call::Commit some_commit(call::SnapshotPtr call, std::uint64_t step, std::uint64_t notification = 0) {
  call::Commit commit;
  commit.call = call->id;
  commit.step = step;
  if (notification > 0) commit.outbox.push_back(some_row(call->id, notification));
  commit.rows.call = std::move(call);
  return commit;
}

/// Commits and waits for the first answer.
inline std::error_code commit_and_wait(Store& store, call::Commit commit) {
  auto answer = std::make_shared<std::promise<std::error_code>>();
  auto future = answer->get_future();
  store.commit(std::move(commit), [answer, told = false](std::error_code failure) mutable {
    if (!std::exchange(told, true)) answer->set_value(failure);
  });
  return future.get();
}

/// Waits until everything queued before is on disk, marks too: a step written after them.
inline void flush(Store& store) {
  commit_and_wait(store, call::Commit{new_call_id(), 1, {}, {}});
}

inline std::optional<call::OutboxRow> load_and_wait(Store& store, call::CallId call, std::uint64_t number) {
  std::promise<std::optional<call::OutboxRow>> found;
  store.load(call, call::NotificationNumber(number), [&](auto row) { found.set_value(std::move(row)); });
  return found.get_future().get();
}

}  // namespace tonearm::storage::testing
