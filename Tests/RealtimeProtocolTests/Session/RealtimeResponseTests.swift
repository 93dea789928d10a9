import RealtimeProtocol
import Testing

@Suite struct RealtimeResponseTests {
    @Test("a response shows format, voice and limit, and divides its tokens")
    func decoded() throws {
        let text =
            #"{"audio":{"output":{"format":{"rate":24000,"type":"audio/pcm"},"voice":"marin"}},"conversation_id":null,"id":"resp_1","#
            + #""max_output_tokens":"inf","metadata":null,"object":"realtime.response","output":[],"status":"completed","#
            + #""status_details":null,"usage":{"input_token_details":{"audio_tokens":3,"cached_tokens":2,"cached_tokens_details":"#
            + #"{"audio_tokens":1,"text_tokens":1},"image_tokens":0,"text_tokens":4},"input_tokens":7,"output_token_details":"#
            + #"{"audio_tokens":5,"reasoning_tokens":1,"text_tokens":6},"output_tokens":11,"total_tokens":18}}"#
        let response = try RealtimeCoding.decode(RealtimeResponse.self, from: text)
        #expect(response.audio?.output?.voice == "marin")
        #expect(response.maximumOutputTokens == "inf")
        #expect(response.usage?.inputTokenDetails?.cachedTokensDetails?.audioTokens == 1)
        #expect(response.usage?.outputTokenDetails?.reasoningTokens == 1)
        #expect(RealtimeCoding.encode(response) == text)
    }

    @Test("a transcription is counted in tokens or by time")
    func transcriptionUsage() throws {
        #expect(RealtimeCoding.encode(RealtimeUsage.duration(seconds: 2.5)) == #"{"seconds":2.5,"type":"duration"}"#)
        let tokens = try RealtimeCoding.decode(
            RealtimeUsage.self,
            from: #"{"type":"tokens","input_tokens":3,"output_tokens":4,"total_tokens":7,"input_token_details":{"audio_tokens":3}}"#
        )
        #expect(tokens.inputTokenDetails?.audioTokens == 3)
    }
}
