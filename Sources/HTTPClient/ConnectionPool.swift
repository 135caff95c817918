import Foundation
import Synchronization

/// A few kept connections to one endpoint, for tasks that send requests at the same time.
///
/// Requests block threads that live while there is work, at most as many as there may be connections, and never one of
/// Swift's shared threads. Requests beyond that wait in order, and only so many and so long.
///
/// A task that is cancelled while its request waits gets an error at once, and nothing is sent. Once a request may have
/// been sent, cancellation changes nothing: the call ends with what became of it, at the latest after the timeout.
package final class ConnectionPool: Sendable {
    /// How many requests may wait for a connection; more are refused, so that memory is bounded.
    package static let maximumWaiting = 1_000

    private let endpoint: Endpoint
    private let maximumConnections: Int
    private let state = Mutex(State())

    private struct State {
        var idle: [KeptConnection] = []
        var threads = 0
        var waiting: [WaitingRequest] = []
        var lastNumber = 0
    }

    /// Unchecked: a connection is in the pool or with one thread, and changes hands with the pool locked.
    private struct KeptConnection: @unchecked Sendable {
        let connection: Connection
    }

    private struct WaitingRequest: Sendable {
        let number: Int
        let request: OutgoingRequest
        let since = ContinuousClock.now
        let continuation: CheckedContinuation<Result<HTTPReply, HTTPClientError>, Never>

        func resume(_ outcome: Result<HTTPReply, HTTPClientError>) { continuation.resume(returning: outcome) }
    }

    /// A pool; no connection is made before the first request.
    package init(endpoint: Endpoint, maximumConnections: Int) {
        self.endpoint = endpoint
        self.maximumConnections = max(1, maximumConnections)
    }

    /// Sends a request once and waits for what becomes of it.
    ///
    /// - Throws: ``HTTPClientError``: nothing was sent.
    package func perform(_ request: OutgoingRequest) async throws(HTTPClientError) -> HTTPReply {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(WaitingRequest(number: number, request: request, continuation: continuation))
            }
        } onCancel: {
            giveUp(number)
        }
        return try outcome.get()
    }

    private func enqueue(_ waiting: WaitingRequest) {
        // Asked with the lock held: a cancellation before this is seen here, one after it finds the request.
        let refusal: String? = state.withLock { state in
            guard !Task.isCancelled else { return Self.cancelled }
            guard state.waiting.count < Self.maximumWaiting else {
                return "\(Self.maximumWaiting) requests wait for a connection already"
            }
            state.waiting.append(waiting)
            if state.threads < maximumConnections {
                state.threads += 1
                Thread.detachNewThread { [self] in work() }
            }
            return nil
        }
        if let refusal { waiting.resume(.failure(.gaveUpWaiting(reason: refusal))) }
    }

    private func giveUp(_ number: Int) {
        let found = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        found?.resume(.failure(.gaveUpWaiting(reason: Self.cancelled)))
    }

    private static let cancelled = "the task was cancelled before anything was sent"

    /// The life of one thread: takes requests until none wait.
    private func work() {
        var kept = state.withLock { $0.idle.popLast() }
        while let next = nextRequest(handingBack: kept) {
            guard next.since.duration(to: .now) <= .milliseconds(endpoint.timeoutMilliseconds) else {
                let reason = "no connection was free within \(endpoint.timeoutMilliseconds) ms"
                next.resume(.failure(.gaveUpWaiting(reason: reason)))
                continue
            }
            do throws(HTTPClientError) {
                let connection = if let kept { kept.connection } else { try Connection(endpoint: endpoint) }
                kept = KeptConnection(connection: connection)
                connection.settle(before: next.request)
                next.resume(.success(try connection.perform(next.request)))
            } catch {
                next.resume(.failure(error))
            }
        }
    }

    private func nextRequest(handingBack kept: KeptConnection?) -> WaitingRequest? {
        state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.threads -= 1
            if let kept { state.idle.append(kept) }
            return nil
        }
    }
}
