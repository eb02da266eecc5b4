/**
 * Texts in many scripts, and what o200k, the tokenizer of GPT-4o and later, makes of them. The languages say the first
 * article of the Universal Declaration of Human Rights.
 */
export const TEXTS: Readonly<Record<string, { readonly tokens: number; readonly text: string }>> = {
  english: {
    tokens: 33,
    text: 'All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.',
  },
  german: {
    tokens: 38,
    text: 'Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.',
  },
  french: {
    tokens: 41,
    text: 'Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.',
  },
  spanish: {
    tokens: 38,
    text: 'Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.',
  },
  polish: {
    tokens: 53,
    text: 'Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa.',
  },
  finnish: {
    tokens: 54,
    text: 'Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.',
  },
  hungarian: {
    tokens: 62,
    text: 'Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, ésszel és lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy viseltessenek.',
  },
  turkish: {
    tokens: 46,
    text: 'Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.',
  },
  vietnamese: {
    tokens: 51,
    text: 'Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hoá ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình bằng hữu.',
  },
  swahili: {
    tokens: 36,
    text: 'Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane kindugu.',
  },
  russian: {
    tokens: 41,
    text: 'Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.',
  },
  ukrainian: {
    tokens: 55,
    text: 'Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства.',
  },
  greek: {
    tokens: 71,
    text: 'Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης.',
  },
  hebrew: {
    tokens: 50,
    text: 'כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה.',
  },
  arabic: {
    tokens: 42,
    text: 'يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء.',
  },
  persian: {
    tokens: 44,
    text: 'تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند. همه دارای عقل و وجدان هستند و باید نسبت به یکدیگر با روح برادری رفتار کنند.',
  },
  hindi: {
    tokens: 54,
    text: 'सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।',
  },
  bengali: {
    tokens: 56,
    text: 'সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে। তাঁদের বিবেক এবং বুদ্ধি আছে; সুতরাং সকলেরই একে অপরের প্রতি ভ্রাতৃত্বসুলভ মনোভাব নিয়ে আচরণ করা উচিত।',
  },
  tamil: {
    tokens: 53,
    text: 'மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும், உரிமைகளிலும் சமமானவர்கள், அவர்கள் நியாயத்தையும் மனச்சாட்சியையும் இயற்பண்பாகப் பெற்றவர்கள்.',
  },
  thai: {
    tokens: 63,
    text: 'มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ',
  },
  georgian: {
    tokens: 51,
    text: 'ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით. მათ მინიჭებული აქვთ გონება და სინდისი და ერთმანეთის მიმართ უნდა იქცეოდნენ ძმობის სულისკვეთებით.',
  },
  armenian: {
    tokens: 47,
    text: 'Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով։ Նրանք ունեն բանականություն ու խիղճ և միմյանց պետք է եղբայրաբար վերաբերվեն։',
  },
  amharic: {
    tokens: 187,
    text: 'የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው። የተፈጥሮ ማስተዋልና ሕሊና ስላለው አንዱ ሌላውን በወንድማማችነት መንፈስ መመልከት ይገባዋል።',
  },
  chinese: {
    tokens: 35,
    text: '人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。',
  },
  japanese: {
    tokens: 72,
    text: 'すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。',
  },
  korean: {
    tokens: 51,
    text: '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.',
  },
  emoji: { tokens: 30, text: '👍🏽 🎉🎉 😂 🚀 ❤️ 👩‍💻 🇩🇪 ✅ 🔥🔥🔥 🤷‍♂️' },
  code: {
    tokens: 83,
    text: 'export async function fetchAll(urls: readonly string[], limit = 4): Promise<Response[]> {\n  const results: Response[] = [];\n  for (let i = 0; i < urls.length; i += limit) {\n    const batch = urls.slice(i, i + limit);\n    results.push(...(await Promise.all(batch.map((url) => fetch(url)))));\n  }\n  return results;\n}\n',
  },
  python: {
    tokens: 76,
    text: 'def _load_configuration(path: str) -> dict[str, Any]:\n    """Loads the configuration from disk."""\n    with open(path, \'r\', encoding=\'utf-8\') as handle:\n        data = json.load(handle)\n    if not isinstance(data, dict):\n        raise TypeError(f\'expected a mapping, got {type(data).__name__}\')\n    return data\n',
  },
  json: {
    tokens: 76,
    text: '{"type":"function","function":{"name":"get_current_weather","description":"Get the current weather in a given location","parameters":{"type":"object","properties":{"location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["location"]}}}',
  },
  table: {
    tokens: 81,
    text: '| name | 2019 | 2020 | 2021 |\n| --- | ---: | ---: | ---: |\n| Alpha | 12.5 | 13.75 | 14.02 |\n| Beta | 1,204 | 998 | 1,377 |\n| Gamma | 0.003 | 0.0041 | 0.0052 |\n',
  },
  base64: {
    tokens: 66,
    text: 'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==',
  },
  hex: { tokens: 43, text: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
  uuid: { tokens: 37, text: '123e4567-e89b-12d3-a456-426614174000 550e8400-e29b-41d4-a716-446655440000' },
  url: {
    tokens: 28,
    text: 'https://developers.example.com/docs/v2/reference/api/chat-completions?lang=en&version=2024-11-01#parameters',
  },
  punct: {
    tokens: 38,
    text: '!!! ??? ... --- === *** ((())) [[[]]] {{{}}} <<<>>> ;;; ::: ,,, \'\'\' """ ~~~ ### $$$ %%% ^^^ &&& ||| \\\\\\ ///',
  },
  numbers: {
    tokens: 50,
    text: '3.14159265358979 2718281828459045 1.41421356237 0.5772156649 1000000 42 7 2024-11-21T18:57:52Z',
  },
  latex: {
    tokens: 49,
    text: '\\begin{equation} \\int_{-\\infty}^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi} \\end{equation} \\frac{\\partial f}{\\partial x_i}',
  },
};
