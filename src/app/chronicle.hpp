#pragma once

#include "base/clock.hpp"
#include "call/logged_event.hpp"
#include "graph/describe_event.hpp"

namespace tonearm::app {

/// Writes down what happens to calls, in words for people. Threading: thread-safe; never blocks.
class Chronicle {
 public:
  Chronicle(call::EventLog& log, bool show_numbers) : log_(log), show_numbers_(show_numbers) {}

  /// `what`: anything that `graph::describe` knows.
  template <class What>
  void note(call::CallId call, const What& what) {
    post(call, graph::describe(what, show_numbers_));
  }

 private:
  void post(call::CallId call, std::optional<graph::EventText> text) {
    if (text) log_.post(call, {base::WallClock::now(), text->kind, std::move(text->details)});
  }

  call::EventLog& log_;
  const bool show_numbers_;
};

}  // namespace tonearm::app
