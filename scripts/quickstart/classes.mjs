/**
 * The classes, and which drawings count as one. Icon names differ between the sets
 * (`motor-scooter`, `motorscooter`, `cat-1`), so they are compared without hyphens and trailing numbers.
 * 19 classes are VOC's (dining table has no drawing); the last three are far from all of them.
 */

/** Art sets drawn in colour. */
export const COLOUR_SETS = [
  'noto', 'noto-v1', 'fluent-emoji', 'fluent-emoji-flat', 'twemoji', 'emojione', 'fxemoji', 'streamline-emojis',
];

/** Silhouettes, painted in one colour: they make up for the classes of which the first sets have few drawings. */
export const SILHOUETTE_SETS = [
  'icon-park', 'mdi', 'fa6-solid', 'ph', 'material-symbols', 'hugeicons', 'mingcute', 'tabler', 'streamline-plump-color',
];

/** @typedef {{ names: string, silhouettes?: string, without?: string }} ClassArt */

/** @type {Record<string, ClassArt>} */
export const CLASSES = {
  aeroplane: { names: 'airplane airplanearrival airplanedeparture smallairplane' },
  bicycle: {
    names: 'bicycle',
    silhouettes: 'mdi:bicycle mdi:bicycle-basket mdi:bike mdi:bicycle-electric fa6-solid:bicycle ph:bicycle-duotone material-symbols:pedal-bike material-symbols:electric-bike',
  },
  bird: {
    names: 'bird blackbird parrot eagle duck owl swan flamingo dove doveofpeace dodo goose babychick rooster turkey penguin',
  },
  boat: { names: 'sailboat ship speedboat motorboat ferry passengership' },
  bottle: {
    names: 'babybottle bottlewithpoppingcork lotionbottle',
    silhouettes: 'mdi:bottle-soda mdi:bottle-soda-classic mdi:bottle-tonic mdi:bottle-wine fa6-solid:bottle-water fa6-solid:wine-bottle ph:beer-bottle-duotone icon-park:bottle icon-park:bottle-one icon-park:bottle-two',
  },
  bus: { names: 'bus oncomingbus trolleybus' },
  car: {
    names: 'automobile oncomingautomobile taxi oncomingtaxi policecar oncomingpolicecar racingcar sportutilityvehicle',
  },
  cat: { names: 'cat blackcat catface grinningcat grinningcatface kissingcat poutingcat poutingcatface' },
  chair: {
    names: 'seat chair',
    silhouettes: 'mdi:chair-rolling mdi:chair-school fa6-solid:chair ph:armchair-duotone ph:chair-duotone ph:office-chair-duotone icon-park:chair icon-park:chair-one material-symbols:chair-alt',
  },
  cow: { names: 'cow cowface ox waterbuffalo' },
  dog: { names: 'dog dogface dogside poodle guidedog servicedog' },
  horse: { names: 'horse horseface carouselhorse' },
  motorbike: {
    names: 'motorscooter motorcycle',
    silhouettes: 'mdi:moped mdi:motorbike fa6-solid:motorcycle ph:moped-duotone ph:motorcycle-duotone material-symbols:moped material-symbols:motorcycle',
  },
  person: {
    names: 'man woman policeofficer personwalking manwalking womanwalking manstanding womanstanding personstanding manrunning womanrunning personrunning womandancing mandancing guard mancook womancook manfarmer womanfarmer manfirefighter womanfirefighter boy girl',
  },
  pottedplant: {
    names: 'pottedplant plant',
    silhouettes: 'ph:potted-plant-duotone material-symbols:potted-plant hugeicons:flower-pot hugeicons:plant-01 hugeicons:plant-02 hugeicons:plant-03 hugeicons:plant-04 mingcute:flowerpot-fill tabler:plant tabler:plant-2 streamline-plump-color:potted-flower streamline-plump-color:potted-flower-flat',
  },
  sheep: { names: 'ewe ram sheep' },
  sofa: {
    names: 'couchandlamp',
    silhouettes: 'mdi:sofa mdi:sofa-single fa6-solid:couch ph:couch-duotone icon-park:sofa icon-park:sofa-two mingcute:sofa-fill streamline-plump-color:sofa streamline-plump-color:sofa-flat material-symbols:chair',
  },
  train: {
    names: 'train tram tramcar metro locomotive steamlocomotive bullettrain highspeedtrain highspeedtrainbulletnose lightrail railwaycar monorail',
  },
  tvmonitor: {
    names: 'television desktopcomputer personalcomputer',
    silhouettes: 'mdi:television-classic mdi:monitor fa6-solid:tv ph:television-duotone ph:monitor-duotone icon-park:tv icon-park:tv-one icon-park:monitor material-symbols:tv',
  },
  fish: { names: 'fish tropicalfish shark' },
  guitar: { names: 'guitar', silhouettes: 'mdi:guitar-acoustic mdi:guitar-electric fa6-solid:guitar ph:guitar-duotone' },
  umbrella: {
    names: 'umbrella umbrellawithraindrops closedumbrella umbrellaonground',
    silhouettes: 'mdi:umbrella fa6-solid:umbrella ph:umbrella-duotone icon-park:umbrella',
  },
};

/** Things that are none of the classes: they lie about in the scenes and sometimes stand before an object. */
export const CLUTTER =
  'redapple banana grapes cherries strawberry watermelon hamburger pizza doughnut cookie soccerball basketball baseball tennis key hammer wrench gear envelope package lightbulb candle hourglassdone alarmclock evergreentree deciduoustree mushroom mapleleaf fourleafclover star sun fullmoon cloud fire droplet gemstone crown tophat eyeglasses scissors pencil paperclip balloon wrappedgift trophy rock brick bell ladder basket house tent moneybag';

/** @param {string} icon */
export const plainName = (icon) => icon.replace(/-(\d+)$/, '').replaceAll('-', '');
