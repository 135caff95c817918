import Foundation
import HTTPServer
import Orders

/// An answer as it is kept for when its request comes again.
struct KeptAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    init(_ response: HTTPResponse) {
        status = response.status
        headers = response.headers
        body = response.body
    }

    /// - Throws: `UnreadableRow` for header fields that this service cannot have written.
    init(status: Int, headers: String, body: String) throws {
        guard let fields = try? JSONDecoder().decode([[String]].self, from: Data(headers.utf8)),
            fields.allSatisfy({ $0.count == 2 })
        else { throw UnreadableRow(description: "The header fields of an answer that was kept cannot be read.") }
        self.status = status
        self.headers = HTTPHeaders(fields.map { (name: $0[0], value: $0[1]) })
        self.body = Array(body.utf8)
    }

    /// The header fields as JSON, in order.
    func headerText() throws -> String {
        let fields = headers.fields.map { [$0.name, $0.value] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(fields), as: UTF8.self)
    }

    /// The body as text: every answer of this service is.
    var bodyText: String { String(decoding: body, as: UTF8.self) }

    /// The answer again, marked as such.
    var replayed: HTTPResponse { HTTPResponse(status: status, headers: headers, body: body).markedReplayed }
}

extension HTTPResponse {
    /// The same, saying that the request was not executed again.
    var markedReplayed: HTTPResponse {
        let mark = (name: "Idempotent-Replayed", value: "true")
        return HTTPResponse(status: status, headers: HTTPHeaders(headers.fields + [mark]), body: body)
    }
}
