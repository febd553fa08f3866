#include "media/dispatcher.hpp"

#include <memory>
#include <utility>

#include "media/thread_priority.hpp"

namespace tonearm::media {
namespace {

class OneReport final : public Mail {
 public:
  explicit OneReport(std::function<void()> report) : report_(std::move(report)) {}
  void deliver() override {
    const std::unique_ptr<OneReport> self(this);
    report_();
  }

 private:
  std::function<void()> report_;
};

}  // namespace

Dispatcher::Dispatcher() : thread_([this] { run(); }) {}

Dispatcher::~Dispatcher() {
  stopping_ = true;
  waker_.wake();
  thread_.join();
}

void Dispatcher::post(Mail& mail) {
  if (mail_.post(mail)) waker_.wake();
}

void Dispatcher::tell(std::function<void()> report) {
  post(*std::make_unique<OneReport>(std::move(report)).release());
}

void Dispatcher::run() {
  prepare_thread("media-reports");
  while (true) {
    const bool last = stopping_;
    Mail* mail = mail_.take_all();
    while (mail != nullptr) {
      Mail& one = *mail;
      mail = MailQueue::next(one);
      one.deliver();
    }
    if (last) return;
    if (!stopping_) waker_.wait(std::nullopt);
  }
}

}  // namespace tonearm::media
