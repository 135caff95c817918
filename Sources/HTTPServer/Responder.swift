import CMicroHTTPD
import Foundation
import Synchronization

/// The bridge between libmicrohttpd's callbacks and the handler.
///
/// libmicrohttpd calls `respond` several times for one request: once when the headers are there, once for each piece of
/// the body, once at its end. Between the calls it keeps a pointer for us: a retained `PartialRequest`, released when
/// `complete` says that the request is over, however it ended.
final class Responder: Sendable {
    private let handler: HTTPServer.Handler
    private let maximumBodyBytes: Int
    private let held: HeldRequests

    init(handler: @escaping HTTPServer.Handler, maximumBodyBytes: Int, held: HeldRequests) {
        self.handler = handler
        self.maximumBodyBytes = maximumBodyBytes
        self.held = held
    }

    static let respond: MHD_AccessHandlerCallback = { context, connection, path, method, _, data, size, state in
        guard let context, let connection, let path, let method, let size, let state else { return .NO }
        let responder = Unmanaged<Responder>.fromOpaque(context).takeUnretainedValue()
        guard let known = state.pointee else {
            let head = RequestHead(connection, method: method, path: path)
            return responder.begin(head, on: connection, state)
        }
        let request = Unmanaged<PartialRequest>.fromOpaque(known).takeUnretainedValue()
        if size.pointee > 0 {
            let isTaken = request.take(UnsafeRawBufferPointer(start: data, count: size.pointee))
            size.pointee = 0
            return isTaken ? .YES : .NO
        }
        return responder.finish(request, on: connection)
    }

    static let complete: MHD_RequestCompletedCallback = { _, _, state, _ in
        guard let state, let known = state.pointee else { return }
        Unmanaged<PartialRequest>.fromOpaque(known).release()
        state.pointee = nil
    }

    private func begin(
        _ head: RequestHead, on connection: OpaquePointer, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        let request = PartialRequest(head: head, maximumBodyBytes: maximumBodyBytes, held: held)
        state.pointee = Unmanaged.passRetained(request).toOpaque()
        // Answering now closes the connection, so a body that is only a little too large is read and dropped instead.
        let declared = head.headers["Content-Length"].flatMap { Int($0) } ?? 0
        return request.isTolerable(declared) ? .YES : send(.payloadTooLarge(maximumBodyBytes), on: connection)
    }

    private func finish(_ request: PartialRequest, on connection: OpaquePointer) -> MHD_Result {
        guard let body = request.body else { return send(.payloadTooLarge(maximumBodyBytes), on: connection) }
        guard let request = request.head.completed(with: body) else { return send(.badRequest, on: connection) }
        let answer = handler(request)
        // To libmicrohttpd, “no” means: close the connection, and send nothing.
        return answer.isWithheld ? .NO : send(answer, on: connection)
    }

    private func send(_ answer: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
        let response = answer.body.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let response else { return .NO }
        defer { MHD_destroy_response(response) }
        for field in answer.headers.fields where MHD_add_response_header(response, field.name, field.value) == .NO {
            return .NO
        }
        return MHD_queue_response(connection, UInt32(clamping: answer.status), response)
    }
}

/// How many requests are in memory, by their lives and not by what the callbacks believe.
final class HeldRequests: Sendable {
    let count = Atomic(0)
}

/// A request whose body is still arriving. Used by one thread at a time: libmicrohttpd never calls back twice at once
/// for one connection.
private final class PartialRequest {
    let head: RequestHead
    private let maximumBodyBytes: Int
    private var received: [UInt8] = []
    private var droppedBytes = 0
    private let held: HeldRequests

    init(head: RequestHead, maximumBodyBytes: Int, held: HeldRequests) {
        self.head = head
        self.maximumBodyBytes = maximumBodyBytes
        self.held = held
        held.count.add(1, ordering: .relaxed)
    }

    deinit {
        held.count.subtract(1, ordering: .relaxed)
    }

    /// The body, or nothing if it was too large.
    var body: [UInt8]? { droppedBytes == 0 ? received : nil }

    /// Whether a body of that size is worth reading, if only to answer politely.
    func isTolerable(_ bytes: Int) -> Bool {
        bytes / 16 <= maximumBodyBytes
    }

    /// Keeps a piece of the body, or drops it once there is too much; false when it is far too much.
    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        if droppedBytes == 0 && received.count + piece.count <= maximumBodyBytes {
            received.append(contentsOf: piece)
        } else {
            droppedBytes += piece.count
        }
        return isTolerable(droppedBytes)
    }
}

extension HTTPResponse {
    fileprivate static let badRequest = HTTPResponse(status: 400, body: Array("Malformed percent escape.\n".utf8))

    fileprivate static func payloadTooLarge(_ maximumBytes: Int) -> HTTPResponse {
        let sentence = "The body is larger than \(maximumBytes) bytes."
        let message = #"{"error":{"code":"body_too_large","message":"\#(sentence)"}}"#
        return HTTPResponse(status: 413, headers: ["Content-Type": "application/json"], body: Array(message.utf8))
    }
}
