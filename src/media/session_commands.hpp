#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "media/media_thread.hpp"
#include "media/session.hpp"

namespace tonearm::media {

// What a session posts to its media thread. Each command returns to the dispatcher as its own reply, which
// keeps the session alive meanwhile, and is destroyed there.

/// Threading: as Mail.
class Command : public Mail {
 public:
  explicit Command(Session& session) : session_(session.shared_from_this()) {}
  void deliver() final {
    const std::unique_ptr<Command> self(this);
    reply();
  }

 protected:
  virtual void reply() {}
  Session& session() { return *session_; }

 private:
  const std::shared_ptr<Session> session_;
};

class Session::AttachCommand final : public Command {
 public:
  using Command::Command;
  Fate arrive(MediaThread& thread) override {
    thread.attach(session().stream_);
    return Fate::deliver;
  }
  [[nodiscard]] bool may_allocate() const override { return true; }
};

class Session::UpdateCommand final : public Command {
 public:
  UpdateCommand(Session& session, const StreamSettings& settings) : Command(session), settings_(settings) {}
  Fate arrive(MediaThread& thread) override {
    thread.update(session().stream_, settings_);
    return Fate::deliver;
  }
  /// A new packet time joins another phase.
  [[nodiscard]] bool may_allocate() const override { return true; }

 private:
  const StreamSettings settings_;
};

class Session::ArmCommand final : public Command {
 public:
  ArmCommand(Session& session, QueuedOperation& operation) : Command(session), operation_(operation) {}
  Fate arrive(MediaThread&) override {
    session().stream_.playout().arm(operation_);
    return Fate::deliver;
  }

 private:
  QueuedOperation& operation_;
};

class Session::StopCommand final : public Command {
 public:
  /// `for_thread`: indexes of the results that the media thread is to find out.
  StopCommand(Session& session, Stopped stopped, std::vector<std::size_t> for_thread,
              std::vector<std::unique_ptr<QueuedOperation>> forgotten)
      : Command(session),
        stopped_(std::move(stopped)),
        for_thread_(std::move(for_thread)),
        forgotten_(std::move(forgotten)),
        posted_at_(base::SteadyClock::now()) {}

  Fate arrive(MediaThread& thread) override {
    bool cut = false;
    const auto stop_at = base::SteadyClock::now();
    const auto report = [&thread](Mail& mail) { thread.report(mail); };
    for (const std::size_t i : for_thread_) {
      StopResult& result = stopped_.results[i];
      result = session().stream_.playout().stop(result.number, stop_at, report);
      cut = cut || result.outcome == StopOutcome::cut;
    }
    const auto now = base::SteadyClock::now();
    if (cut) stopped_.cut_at = now;
    thread.counters().stop_latency.add(now - posted_at_);
    return Fate::deliver;
  }

 private:
  void reply() override { session().on_stopped(stopped_); }

  Stopped stopped_;
  const std::vector<std::size_t> for_thread_;
  const std::vector<std::unique_ptr<QueuedOperation>> forgotten_;  // their reports may still be on the way
  const base::TimePoint posted_at_;
};

class Session::TapCommand final : public Command {
 public:
  TapCommand(Session& session, std::shared_ptr<ReceiveTap> tap) : Command(session), tap_(std::move(tap)) {}
  Fate arrive(MediaThread&) override {
    tap_ = session().stream_.exchange_tap(std::move(tap_));
    return Fate::deliver;
  }

 private:
  std::shared_ptr<ReceiveTap> tap_;  // on the way back: the old one
};

class Session::RelayCommand final : public Command {
 public:
  RelayCommand(Session& session, std::unique_ptr<Relay> relay) : Command(session), relay_(std::move(relay)) {}
  Fate arrive(MediaThread& thread) override {
    relay_ = thread.join(session().stream_, std::move(relay_));
    return Fate::deliver;
  }

 private:
  std::unique_ptr<Relay> relay_;  // on the way back: the old one
};

class Session::KeyCommand final : public Command {
 public:
  KeyCommand(Session& session, Key key) : Command(session), key_(key) {}
  Fate arrive(MediaThread&) override {
    session().stream_.keys().inject(key_, base::SteadyClock::now());
    return Fate::deliver;
  }

 private:
  const Key key_;
};

class Session::SendKeysCommand final : public Command {
 public:
  SendKeysCommand(Session& session, SendKeysOperation& operation) : Command(session), operation_(operation) {}
  Fate arrive(MediaThread&) override {
    session().stream_.key_sender().arm(operation_);
    return Fate::deliver;
  }

 private:
  SendKeysOperation& operation_;
};

class Session::ReadPacketsCommand final : public Command {
 public:
  ReadPacketsCommand(Session& session, std::function<void(SessionPackets)> done)
      : Command(session), done_(std::move(done)), packets_(PacketTrace::kPackets) {}
  Fate arrive(MediaThread&) override {
    found_ = session().stream_.packets().copy_to(std::span<TracedPacket, PacketTrace::kPackets>(packets_));
    return Fate::deliver;
  }

 private:
  void reply() override {
    packets_.resize(found_);
    done_({session().local_rtp(), std::move(packets_)});
  }

  const std::function<void(SessionPackets)> done_;
  std::vector<TracedPacket> packets_;  // written to before, so that the media thread waits for no page
  std::size_t found_ = 0;
};

class Session::CloseCommand final : public Command {
 public:
  using Command::Command;
  Fate arrive(MediaThread& thread) override {
    thread.close(session().stream_, *this);
    return Fate::keep;
  }

 private:
  void reply() override { session().on_closed(); }
};

}  // namespace tonearm::media
