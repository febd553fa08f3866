#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "http/body_stream.hpp"
#include "storage/event_log.hpp"

namespace tonearm::app {

/// A call's event log as a response without end: what is there, then what comes, and now and then a comment,
/// by which both sides notice that the other is gone. Threading: thread-safe, its state is on a strand.
class EventStream final : public http::BodyStream, public std::enable_shared_from_this<EventStream> {
 public:
  static constexpr std::chrono::seconds kSignOfLife{15};

  /// Starts behind `asked.after`. `log` must live until the last read was answered.
  static std::shared_ptr<EventStream> open(boost::asio::any_io_executor executor, storage::EventLog& log,
                                           call::EventsAsked asked,
                                           std::chrono::milliseconds sign_of_life = kSignOfLife);

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
  void read(Chunk next) override;

 private:
  EventStream(boost::asio::any_io_executor executor, storage::EventLog& log, call::EventsAsked asked,
              std::chrono::milliseconds sign_of_life);

  void on_news();
  void look();
  void on_found(const std::optional<call::EventsFound>& found);
  void give(std::string bytes);

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  storage::EventLog& log_;
  const std::chrono::milliseconds sign_of_life_;

  // on the strand
  call::EventsAsked asked_;
  bool news_ = true;  // there may be more than was read
  bool looking_ = false;
  bool waiting_ = false;
  std::optional<std::string> found_;  // for who waits, or will
  // Its handler has who waits: a connection that owns this stream, and so goes with its loop.
  boost::asio::steady_timer timer_;
  std::optional<storage::EventSubscription> subscription_;
};

}  // namespace tonearm::app
