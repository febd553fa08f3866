#pragma once

#include <cstddef>
#include <cstdint>

namespace tonearm::graph {

/// `clientContext`, in Unicode code points (facts §10).
inline constexpr std::size_t kClientContextMax = 256;
/// `prompts` of playPrompt (facts §6.9, v1.0) and of recordResponse (facts §6.10).
inline constexpr std::size_t kPlayPromptsMax = 20;
inline constexpr std::size_t kRecordPromptsMax = 1;
/// The three timers of recordResponse [s] (facts §6.10).
inline constexpr std::int64_t kRecordTimerMinSeconds = 1;
inline constexpr std::int64_t kRecordTimerMaxSeconds = 120;
/// `timeout` of redirect [s], and what it is if it is not given: one target, several (facts §6.7).
inline constexpr std::int64_t kRedirectSecondsLeast = 15;
inline constexpr std::int64_t kRedirectSecondsMost = 90;
inline constexpr std::int64_t kRedirectSeconds = 55;
inline constexpr std::int64_t kRedirectSecondsOfSeveral = 60;
/// `ringingTimeoutInSeconds` of a call (facts §5.2).
inline constexpr std::int64_t kRingingMaxSeconds = 115;

// Graph names no limit for these; ours keep one request from taking unbounded work.

/// Default of `http.body_max` [bytes].
inline constexpr std::size_t kBodyBytesMax = std::size_t{1} << 20;
/// Objects and arrays inside each other. The deepest documented body has 6.
inline constexpr std::size_t kBodyDepthMax = 32;
/// Members of one object. The largest documented one, `call`, has about 40.
inline constexpr std::size_t kMembersMax = 1000;
/// `uri` and `callbackUri` [bytes]: signed storage URLs are about 1 500 long.
inline constexpr std::size_t kUriBytesMax = 8192;
/// `mediaInfo.resourceId` [bytes]; clients send GUIDs.
inline constexpr std::size_t kResourceIdBytesMax = 1024;
/// `loop` of one prompt, an Int32 that the metadata leaves undescribed (facts §6.9).
inline constexpr std::int64_t kPromptLoopMax = INT32_MAX;
/// Entries of `preFetchMedia`.
inline constexpr std::size_t kPrefetchMax = 100;
/// Entries of `targets`: of redirect as documented (facts §6.7); of create more than one are refused (facts
/// §6.1: 1 or 2 to 5).
inline constexpr std::size_t kTargetsMax = 25;
/// Ids, display names and tenants of an identity [bytes].
inline constexpr std::size_t kIdentityBytesMax = 512;
/// `subject` [bytes].
inline constexpr std::size_t kSubjectBytesMax = 1024;
/// Entries of `stopTones`: there are 16 keys.
inline constexpr std::size_t kStopTonesMax = 16;
/// Entries of `mediaQualityList`.
inline constexpr std::size_t kMediaQualityMax = 100;
/// Entries of `tones`, and the pause between them [ms].
inline constexpr std::size_t kDtmfTonesMax = 256;
inline constexpr std::int64_t kDtmfDelayMaxMs = 10'000;

}  // namespace tonearm::graph
