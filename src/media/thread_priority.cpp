#include "media/thread_priority.hpp"

#include <csignal>

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace tonearm::media {
namespace {

constexpr int kFifoPriority = 10;
constexpr int kNice = -15;
constexpr rlim_t kRealtimeMicroseconds = 10'000'000;

}  // namespace

ThreadPriority raise_priority() {
  const sched_param parameters{.sched_priority = kFifoPriority};
  if (::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &parameters) == 0)
    return ThreadPriority::realtime;
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // [ns]; 50 µs by default for threads that are not realtime
  // On Linux a nice value belongs to the thread.
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice) == 0) return ThreadPriority::nice;
  return ThreadPriority::ordinary;
}

void prepare_thread(const char* name) {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), name);
}

void limit_realtime() {
  rlimit limit{};
  ::getrlimit(RLIMIT_RTTIME, &limit);
  limit.rlim_cur = kRealtimeMicroseconds < limit.rlim_max ? kRealtimeMicroseconds : limit.rlim_max;
  ::setrlimit(RLIMIT_RTTIME, &limit);
}

std::string_view name_of(ThreadPriority priority) {
  switch (priority) {
    case ThreadPriority::realtime:
      return "realtime";
    case ThreadPriority::nice:
      return "nice";
    case ThreadPriority::ordinary:
      return "ordinary";
  }
  return "";
}

}  // namespace tonearm::media
