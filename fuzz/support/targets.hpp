#pragma once

#include "support/target.hpp"

// All targets by name. CMakeLists.txt builds a fuzzer of each, the corpus test runs them all; a name that is
// missing here has no target, and a target that is missing here is not built.

#define TONEARM_FUZZ_TARGETS(EACH) \
  EACH(config)                     \
  EACH(digest)                     \
  EACH(http_answer)                \
  EACH(http_request)               \
  EACH(info)                       \
  EACH(issuer)                     \
  EACH(json)                       \
  EACH(key_events)                 \
  EACH(retry_after)                \
  EACH(rtcp)                       \
  EACH(rtp)                        \
  EACH(sdp)                        \
  EACH(sip)                        \
  EACH(sip_session)                \
  EACH(sip_uri)                    \
  EACH(timeline)                   \
  EACH(token)                      \
  EACH(token_form)                 \
  EACH(url)                        \
  EACH(wav)

namespace tonearm::fuzz {

#define TONEARM_DECLARE_TARGET(name) void name(Bytes bytes);
TONEARM_FUZZ_TARGETS(TONEARM_DECLARE_TARGET)
#undef TONEARM_DECLARE_TARGET

}  // namespace tonearm::fuzz
