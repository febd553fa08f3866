#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "call/call_end.hpp"
#include "call/ids.hpp"
#include "call/media_description.hpp"
#include "call/media_stats.hpp"
#include "call/operation.hpp"
#include "call/party.hpp"

namespace tonearm::call {

/// As on the wire, in camelCase there (Graph `callState`).
enum class CallState : std::uint8_t {
  incoming,
  establishing,
  established,
  transferring,
  transfer_accepted,
  redirecting,
  terminating,
  terminated,
};

enum class CallDirection : std::uint8_t { incoming, outgoing };

/// Key names in wire order: `tone0`…`tone9`, `star`, `pound`, `a`…`d`, `flash`.
enum class Tone : std::uint8_t { t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, star, pound, a, b, c, d, flash };

struct ToneInfo {
  std::int64_t sequence_id = 0;  ///< From 1 per call, notified keys only.
  Tone tone = Tone::t0;
};

/// The application a call belongs to, fixed at its creation.
struct Owner {
  ApplicationId application;
  TenantId tenant;
  std::string name;                  ///< From the configuration.
  std::string application_instance;  ///< Object id, or empty.

  bool operator==(const Owner&) const = default;
};

/// What a call record says beyond the call itself.
struct CallRecord {
  base::WallTime created;  ///< The INVITE came in, or the bot asked for the call.
  std::optional<base::WallTime> established;
  std::optional<base::WallTime> ended;
  std::optional<Codec> codec;       ///< Agreed last.
  std::optional<MediaStats> media;  ///< Of the session, once it is closed.
};

/// What `GET` shows and notifications are rendered from. Every step publishes a new one; immutable.
struct CallSnapshot {
  CallId id;
  Owner owner;
  CallState state = CallState::incoming;
  CallDirection direction = CallDirection::incoming;
  Party source;
  std::vector<Party> targets;
  std::vector<Party> diverted_from;  ///< Who was called before, first called first. Not stored.
  std::string callback_uri;
  std::string chain_id;  ///< GUID text: callChainId = scenario id.
  ParticipantId my_participant;
  ParticipantId source_participant;
  std::vector<std::string> modalities = {"audio"};
  std::vector<Prompt> prefetch_media;
  std::string subject;                                ///< As the bot gave it; may be empty.
  std::optional<std::chrono::seconds> ringing_limit;  ///< As the bot asked for it.
  bool audio_active = false;
  bool audio_was_active = false;
  std::optional<ToneInfo> tone;  ///< The last one notified.
  std::optional<CallEnd> end;
  bool gone = false;  ///< `deleted` was committed: 404 on everything.
  CallRecord record;
  std::map<OperationId, OperationView> operations;
};

using SnapshotPtr = std::shared_ptr<const CallSnapshot>;

}  // namespace tonearm::call
