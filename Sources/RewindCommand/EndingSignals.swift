import Foundation

/// Ctrl-C and `kill`, from when this is made: none that comes later is lost.
struct EndingSignals {
    private let ended = DispatchSemaphore(value: 0)
    private let sources: [any DispatchSourceSignal]

    init() {
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGINT, SIGTERM].map { [ended] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { ended.signal() }
            source.setRegistrationHandler { registered.signal() }
            source.resume()
            return source
        }
        for _ in sources { registered.wait() }
    }

    func wait() {
        ended.wait()
        for source in sources { source.cancel() }
    }
}
