import ExactJSON
import ExplorationFiles

/// A list of `curl` commands.
struct CurlCommands {
    private let file: String
    private let commands: [ShellCommand]

    init(parsing text: String, file: String) throws(FileError) {
        self.file = file
        var reader = ShellReader(text)
        commands = try reader.commands(file: file)
    }

    func recording() throws(FileError) -> Recording {
        var recording = Recording(file: file, requests: [], hasAnswers: false)
        for command in commands {
            guard let start = command.words.firstIndex(where: { $0.text == "curl" || $0.text.hasSuffix("/curl") })
            else { continue }
            var reader = CurlReader(words: Array(command.words[(start + 1)...]))
            try reader.read(after: command.words[start])
            recording.requests += reader.requests
            recording.notes += reader.notes
        }
        guard !recording.requests.isEmpty else {
            throw FileError(
                "There is no curl command in it, such as curl -d '{\"amount\":\"100.00\"}' http://127.0.0.1:8080/orders.",
                at: SourcePosition(file: file, line: 1, column: 1))
        }
        return recording
    }
}

/// One command's options.
private struct CurlReader {
    var words: [ShellWord]
    var requests: [RecordedRequest] = []
    var notes: [String] = []
    private var method: ShellWord?
    private var urls: [ShellWord] = []
    private var headers: [(name: String, value: String)] = []
    private var data: [String] = []
    private var fields: [(name: String, value: String, isFile: Bool)] = []
    private var user: (name: String, password: String)?
    private var isJSON = false
    private var isQuery = false
    private var isHead = false

    init(words: [ShellWord]) { self.words = words }

    /// Options of one letter that take a value; in a bundle such as `-sXPOST` the rest of the word is it.
    private static let valued = Set("XHdFuoAebcmwxTKrtCyYzEPQDhU")
    private static let valuedLong: Set<String> = [
        "request", "header", "data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json", "form",
        "form-string", "user", "url", "output", "user-agent", "referer", "cookie", "cookie-jar", "max-time",
        "write-out",
        "proxy", "connect-timeout", "retry", "retry-delay", "cacert", "cert", "key", "oauth2-bearer", "resolve",
        "upload-file", "retry-max-time", "limit-rate", "max-redirs", "config", "interface", "dump-header", "range",
    ]

    mutating func read(after curl: ShellWord) throws(FileError) {
        var index = 0
        func next(_ option: ShellWord) throws(FileError) -> ShellWord {
            guard index + 1 < words.count else { throw FileError("\(option.text) needs a value.", at: option.position) }
            index += 1
            return words[index]
        }
        while index < words.count {
            let word = words[index]
            if word.text.hasPrefix("--") {
                let name = String(word.text.dropFirst(2))
                if Self.valuedLong.contains(name) { take(name, try next(word)) } else { take(flag: name) }
            } else if word.text.hasPrefix("-"), word.text.count > 1 {
                var letters = word.text.dropFirst()
                while let letter = letters.popFirst() {
                    guard Self.valued.contains(letter) else {
                        take(flag: String(letter))
                        continue
                    }
                    let value =
                        letters.isEmpty
                        ? try next(word) : ShellWord(text: String(letters), position: word.position)
                    take(String(letter), value)
                    break
                }
            } else if word.text.hasPrefix(">") || word.text.hasPrefix("2>") || word.text.hasPrefix("<") {
                if word.text.count <= 2 { index += 1 }
            } else {
                urls.append(word)
            }
            index += 1
        }
        try finish(curl)
    }

    private mutating func take(flag: String) {
        switch flag {
        case "G", "get": isQuery = true
        case "I", "head": isHead = true
        default: break
        }
    }

    private mutating func take(_ option: String, _ word: ShellWord) {
        if word.hasCommand {
            notes.append(
                "Could not tell what a command gives in line \(word.position.line): it is left out of the text.")
        }
        let text = word.text
        switch option {
        case "X", "request": method = word
        case "url": urls.append(word)
        case "H", "header":
            let sides = text.split(separator: ":", maxSplits: 1).map { $0.trimming(" ") }
            if sides.count == 2, RecordedRequest.isHeaderName(sides[0]) { headers.append((sides[0], sides[1])) }
        case "json":
            isJSON = true
            addData(text, word)
        case "d", "data", "data-binary", "data-ascii", "data-urlencode": addData(text, word)
        case "data-raw": data.append(text)
        case "F", "form", "form-string":
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = sides.count > 1 ? sides[1] : ""
            if !sides[0].isEmpty {
                fields.append((sides[0], value.hasPrefix("@") ? "a file" : value, value.hasPrefix("@")))
            }
        case "u", "user":
            let sides = text.split(separator: ":", maxSplits: 1).map(String.init)
            user = (sides.first ?? "", sides.count > 1 ? sides[1] : "")
        case "oauth2-bearer": headers.append(("Authorization", "Bearer \(text)"))
        case "b", "cookie": headers.append(("Cookie", text))
        default: break
        }
    }

    private mutating func addData(_ text: String, _ word: ShellWord) {
        guard text.hasPrefix("@") else { return data.append(text) }
        notes.append(
            "Could not tell what stands in \(text.dropFirst()), line \(word.position.line): the body is empty.")
        data.append(isJSON || headers.contains { $0.value.isJSONType } ? "{}" : "")
    }

    private mutating func finish(_ curl: ShellWord) throws(FileError) {
        guard !urls.isEmpty else { throw FileError("This curl command has no URL.", at: curl.position) }
        if let method, !RecordedRequest.methods.contains(method.text.uppercased()) {
            let known = RecordedRequest.methods.joined(separator: ", ")
            throw FileError("“\(method.text)” is no method that an action can have: \(known).", at: method.position)
        }
        for url in urls {
            let hasBody = !data.isEmpty && !isQuery || !fields.isEmpty
            let usual = isHead ? "HEAD" : hasBody ? "POST" : "GET"
            guard var request = RecordedRequest(method: method?.text ?? usual, url: url.text) else {
                throw FileError("“\(url.text)” is no URL of an API.", at: url.position)
            }
            request.headers = headers
            request.user = user ?? request.user
            if isQuery {
                request.query += data.flatMap(RecordedRequest.pairs)
            } else if !fields.isEmpty {
                request.body = .multipart(fields)
            } else {
                let type = request.header("content-type") ?? (isJSON ? "application/json" : nil)
                request.body = RecordedBody(data.joined(separator: "&"), contentType: type)
            }
            requests.append(request)
        }
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> String {
        var text = self.drop { $0 == character }
        while text.last == character { text = text.dropLast() }
        return String(text)
    }
}
