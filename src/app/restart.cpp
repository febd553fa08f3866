#include "app/restart.hpp"

#include <algorithm>
#include <utility>

#include "app/outbox_row.hpp"
#include "base/log.hpp"

namespace tonearm::app {
namespace {

std::string webhook_of(const call::Owner& owner, const std::vector<ServedApplication>& applications) {
  const auto found = std::ranges::find_if(
      applications, [&](const auto& served) { return served.setup.owner.application == owner.application; });
  return found == applications.end() ? std::string() : found->setup.webhook;
}

void end_call(const call::StoredCall& stored, const CallPorts& ports, const std::string& webhook,
              const call::SavedRecordings& saved) {
  call::RandomIds ids;
  call::Step step =
      call::end_restored(stored, saved, {base::SteadyClock::now(), base::WallClock::now(), ids});
  call::Commit commit{stored.call->id, step.number, std::move(step.rows), {}};
  for (const auto& notification : step.notifications) {
    commit.outbox.push_back(outbox_row(notification, ports.renderer, webhook));
  }
  ports.chronicle.note(stored.call->id, graph::CallLeftOver{});
  for (const auto& notification : step.notifications)
    ports.chronicle.note(stored.call->id, call::CommittedEffect(call::Publish{notification}));
  auto rows = commit.outbox;
  ports.store.commit(std::move(commit),
                     [&events = ports.events, rows = std::move(rows)](std::error_code failure) {
                       if (failure) return;  // the store goes on trying and calls again
                       for (const auto& row : rows) events.post_publish(row, {});
                     });
  for (const std::string& dialog : stored.dialogs) ports.signaling.post_hang_up_restored(dialog);
}

}  // namespace

call::SavedRecordings saved_recordings(const std::vector<call::StoredCall>& alive,
                                       const storage::RecordingFolder& folder) {
  call::SavedRecordings saved;
  for (const auto& stored : alive) {
    for (const auto& [id, operation] : stored.call->operations) {
      if (operation.kind != call::OperationKind::record || operation.ending) continue;
      if (const auto length = folder.length_of(id); length.count() > 0) saved.emplace(id, length);
    }
  }
  return saved;
}

void end_left_over(const std::vector<call::StoredCall>& alive, const CallPorts& ports,
                   const std::vector<ServedApplication>& applications, const call::SavedRecordings& saved) {
  if (!alive.empty()) spdlog::warn("the last run left {} calls up: ending them", alive.size());
  for (const auto& stored : alive)
    end_call(stored, ports, webhook_of(stored.call->owner, applications), saved);
}

}  // namespace tonearm::app
