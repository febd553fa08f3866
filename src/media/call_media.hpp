#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "call/ports.hpp"
#include "media/engine.hpp"

namespace tonearm::media {

/// The engine as calls see it: legs instead of sessions, domain words instead of ours.
/// Threading: thread-safe. The listener is called on the engine's dispatcher thread.
class CallMedia final : public call::MediaPort {
 public:
  /// `public_address`: what the far end is told instead of the address we receive on; empty: the same.
  CallMedia(Engine& engine, call::MediaListener& listener, std::string public_address);
  ~CallMedia() override;

  void post_open(call::LegRef leg, std::string near, std::optional<call::MediaDescription> media) override;
  void post_update(call::LegRef leg, call::MediaDescription media) override;
  void post_prefetch(call::LegRef leg, call::ApplicationId application, call::OperationId id,
                     call::OperationNumber number,
                     std::variant<call::PlaySpec, call::RecordSpec> spec) override;
  void post_warm(call::ApplicationId application, call::Prompt prompt) override;
  void post_start(call::LegRef leg, call::OperationNumber number) override;
  void post_stop(call::LegRef leg, call::StopId stop, std::vector<call::OperationNumber> numbers) override;
  void post_send_dtmf(call::LegRef leg, call::OperationNumber number, std::vector<call::Tone> tones,
                      std::chrono::milliseconds delay) override;
  void post_key(call::LegRef leg, call::Tone tone) override;
  void post_join(call::LegRef one, call::LegRef other) override;
  void post_close(call::LegRef leg) override;

  using PacketsRead = std::function<void(std::vector<SessionPackets>)>;
  /// The last packets of each session that the call has, or had (see KeptPackets). `done` is called once, on
  /// the engine's dispatcher thread.
  void post_read_packets(call::CallId call, PacketsRead done);

 private:
  /// Outlives this adapter in sinks of sessions that are still closing.
  struct Shared;

  struct Gathering;

  [[nodiscard]] std::shared_ptr<Session> find(call::LegRef leg) const;
  void tell(call::LegRef leg, call::MediaBody body);

  Engine& engine_;
  const std::shared_ptr<Shared> shared_;
};

/// What offer and answer agreed on, in the engine's words.
[[nodiscard]] StreamSettings stream_settings(const call::MediaDescription& media);

}  // namespace tonearm::media
