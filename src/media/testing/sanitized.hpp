#pragma once

// Defines TONEARM_SANITIZED where a sanitizer stands between us and the C library: it allocates, locks, and
// pretends to lock memory.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TONEARM_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TONEARM_SANITIZED 1
#endif
#endif
