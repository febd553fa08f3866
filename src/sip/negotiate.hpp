#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "call/media_description.hpp"
#include "sip/sdp.hpp"

// Offer and answer (RFC 3264) as pure functions: nothing here remembers anything. Who called decides when an
// agreement is in force (when its transaction succeeded), so that a refused re-INVITE changes nothing.

namespace tonearm::sip {

/// What we can do in audio, best first.
struct Capabilities {
  std::vector<call::Codec> codecs{call::Codec::pcmu, call::Codec::pcma};
  bool telephone_event = true;
};

/// What one offer and its answer agree on.
struct Agreement {
  call::MediaDescription media;
  std::size_t stream = 0;   ///< Index of the audio stream in both descriptions.
  std::string remote_host;  ///< The far end's address as written; a name if `media.remote_rtp` is empty.
};

/// Our side of an offer: the first audio stream that has a codec in common, in the offerer's order of
/// preference. Errors: no_common_audio (nothing usable: only T.38, only video, only SRTP, port 0).
[[nodiscard]] base::Result<Agreement> negotiate(const Capabilities& ours, const Sdp& offer);

/// The answer that goes with an agreement: every stream of the offer has its line, port 0 for all but audio.
/// The origin is the caller's to fill in.
[[nodiscard]] Sdp make_answer(const Agreement& agreement, const Sdp& offer, const call::LocalMedia& local);

/// One audio stream with all we can do.
[[nodiscard]] Sdp make_offer(const Capabilities& ours, const call::LocalMedia& local);

/// What an answer to our offer makes of it. Errors: no_common_audio (refused, or a codec that we did not
/// offer).
[[nodiscard]] base::Result<Agreement> apply_answer(const Capabilities& ours, const Sdp& offer,
                                                   const Sdp& answer);

/// What an answer makes of an agreement when our offer only repeated our last description. Errors:
/// no_common_audio.
[[nodiscard]] base::Result<Agreement> reapply_answer(const Capabilities& ours, const Agreement& now,
                                                     const Sdp& answer);

/// Answers with `c=` of a host name leave `media.remote_rtp.address` empty; this puts the address in.
void set_remote_address(Agreement& agreement, const std::string& address);

}  // namespace tonearm::sip
