#pragma once

#include <string_view>

namespace tonearm::media {

enum class ThreadPriority { realtime, nice, ordinary };

/// Gives this thread SCHED_FIFO 10 where that is permitted, else nice −15, else nothing.
ThreadPriority raise_priority();
/// Signals are for the main thread; names the thread for people (≤ 15 characters).
void prepare_thread(const char* name);
/// A realtime thread that never sleeps for 10 s is ended by the kernel (RLIMIT_RTTIME) before it starves the
/// machine.
void limit_realtime();

[[nodiscard]] std::string_view name_of(ThreadPriority priority);

}  // namespace tonearm::media
