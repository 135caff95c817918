import ExactJSON
import ExplorationFiles
import Foundation

/// An HTTP archive (HAR 1.2), as browsers save it.
struct HTTPArchive {
    private let file: String
    private let entries: [JSON]
    private let start: SourcePosition

    init(parsing text: String, file: String) throws(FileError) {
        self.file = file
        start = SourcePosition(file: file, line: 1, column: 1)
        let bytes = Array(text.utf8)
        let root: JSON
        do {
            root = try JSON(parsing: bytes)
        } catch {
            let before = String(decoding: bytes.prefix(error.offset), as: UTF8.self)
            let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
            let place = SourcePosition(
                file: file, line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
            throw FileError("An HTTP archive is JSON; this is not (\(error.problem)).", at: place)
        }
        guard case .array(let entries)? = root["log"]?["entries"] else {
            throw FileError("This is no HTTP archive: it has no list log.entries.", at: start)
        }
        self.entries = entries
    }

    func recording() throws(FileError) -> Recording {
        var recording = Recording(file: file, requests: [], hasAnswers: true)
        var others = 0
        for entry in entries {
            guard let request = Self.request(entry) else {
                others += 1
                continue
            }
            recording.requests.append(request)
        }
        guard !recording.requests.isEmpty else {
            throw FileError(
                "None of the \(entries.count) recorded requests is one to an API: none has a JSON answer or changes anything.",
                at: start)
        }
        if others > 0 {
            recording.notes.append("Passed over: \(others) of pages, scripts, images and the like.")
        }
        return recording
    }

    private static func request(_ entry: JSON) -> RecordedRequest? {
        guard let request = entry["request"], let method = request["method"]?.spelled,
            let url = request["url"]?.spelled, var recorded = RecordedRequest(method: method, url: url)
        else { return nil }
        let content = entry["response"]?["content"]
        let type = content?["mimeType"]?.spelled ?? ""
        let changes = ["POST", "PUT", "PATCH", "DELETE"].contains(recorded.method)
        guard changes || recorded.method == "GET" && type.isJSONType && !type.isEmpty else { return nil }
        if let pairs = request["queryString"]?.namedValues, !pairs.isEmpty { recorded.query = pairs }
        recorded.headers = (request["headers"]?.namedValues ?? []).filter { RecordedRequest.isHeaderName($0.name) }
        recorded.status = entry["response"]?["status"]?.spelled.flatMap { Int($0) }
        recorded.body = body(request["postData"])
        if var text = content?["text"]?.spelled, type.isJSONType {
            if content?["encoding"]?.spelled == "base64", let data = Data(base64Encoded: text) {
                text = String(decoding: data, as: UTF8.self)
            }
            recorded.answer = try? JSON(parsing: Array(text.utf8))
        }
        return recorded
    }

    private static func body(_ data: JSON?) -> RecordedBody? {
        guard let data else { return nil }
        let type = data["mimeType"]?.spelled
        let parameters = data["params"]?.namedValues ?? []
        if type?.hasPrefix("multipart/") == true {
            return .multipart(parameters.map { ($0.name, $0.value, false) })
        }
        if let text = data["text"]?.spelled, !text.isEmpty { return RecordedBody(text, contentType: type) }
        return parameters.isEmpty ? nil : .form(parameters)
    }
}

extension JSON {
    /// The pairs of a list of objects with a name and a value.
    fileprivate var namedValues: [(name: String, value: String)] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap { element in
            guard let name = element["name"]?.spelled, !name.isEmpty else { return nil }
            return (name, element["value"]?.spelled ?? "")
        }
    }
}
