package io.matriarch.dcs.etcd;

/** What became of a call to etcd. */
sealed interface Reply {
    /** It answered. */
    record Answer(Message message) implements Reply {
        /** The header's revision. */
        long revision() {
            return message.message(1).number(3);
        }
    }

    /** It answered with an error that concerns the request. */
    record Failure(int code, String text) implements Reply {
        boolean leaseNotFound() {
            return text.contains("requested lease not found");
        }

        boolean needsToken() {
            return text.contains("user name is empty")
                    || text.contains("invalid auth token")
                    || text.contains("revision of auth store is old")
                    || text.contains("permission denied");
        }
    }

    /**
     * No answer, or none to rely on: another endpoint may do better.
     *
     * @param sent whether the request may have left, so that it may have been carried out, or may yet be
     */
    record NoAnswer(String why, boolean sent) implements Reply {
        static NoAnswer toNothing(String why) {
            return new NoAnswer(why, false);
        }

        static NoAnswer toRequest(String why) {
            return new NoAnswer(why, true);
        }
    }
}
