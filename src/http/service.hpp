#pragma once

#include <functional>
#include <utility>

#include "http/message.hpp"

namespace tonearm::http {

/// The way back for one answer. If it is dropped without one, the client gets 500; the listener, which knows
/// the request's ids, writes the body.
/// Threading: may be moved to and used on any thread.
class Responder {
 public:
  using Send = std::move_only_function<void(Response)>;

  explicit Responder(Send send) : send_(std::move(send)) {}
  ~Responder();
  Responder(Responder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Responder& operator=(Responder&&) = delete;

  /// At most once.
  void operator()(Response response) { std::exchange(send_, nullptr)(std::move(response)); }

 private:
  Send send_;
};

/// What stands behind a listener. Threading: `handle` is called on every thread of the runtime; it must not
/// block.
class Service {
 public:
  virtual ~Service() = default;
  virtual void handle(Request request, Responder respond) = 0;
};

}  // namespace tonearm::http
