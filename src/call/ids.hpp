#pragma once

#include <cstdint>

#include "base/strong.hpp"

namespace tonearm::call {

using CallId = base::Id<struct CallTag>;
using OperationId = base::Id<struct OperationTag>;
using ParticipantId = base::Id<struct ParticipantTag>;
using ApplicationId = base::Id<struct ApplicationTag>;
using TenantId = base::Id<struct TenantTag>;
/// One HTTP request whose answer may hold back notifications; unique in this process.
using RequestId = base::Strong<std::uint64_t, struct RequestTag>;
/// Leg of a call, counted from 1 in its call.
using LegId = base::Strong<std::uint32_t, struct LegTag>;
/// Play or record operation, counted from 1 in its call. Media commands name these, never "the current one".
using OperationNumber = base::Strong<std::uint32_t, struct OperationNumberTag>;
/// Notification, counted from 1 in its call; stays through crash, parking and redelivery (`@odata.etag`).
using NotificationNumber = base::Strong<std::uint64_t, struct NotificationNumberTag>;
/// One stop command to the media thread, counted in its call; its acknowledgement carries it back.
using StopId = base::Strong<std::uint64_t, struct StopTag>;

/// What an INVITE of ours says if none caused it (RFC 3261 §8.1.1.6).
inline constexpr unsigned kHopsMax = 70;

/// Which leg of which call: what signalling and media adapters key their sessions by.
struct LegRef {
  CallId call;
  LegId leg;
  auto operator<=>(const LegRef&) const = default;
};

}  // namespace tonearm::call

template <>
struct std::hash<tonearm::call::LegRef> {
  std::size_t operator()(const tonearm::call::LegRef& ref) const noexcept {
    return std::hash<tonearm::call::CallId>{}(ref.call) * 31 + ref.leg.value;
  }
};
